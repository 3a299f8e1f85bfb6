/**
 * The network of a cluster in one network namespace, which this process is in: every pod has a namespace
 * of its own behind a bridge, and what is sent to the addresses of Services comes to this process.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../deploy/trial.ts';

/** Of the node on the bridge, which every pod has as its gateway. */
export const NODE_ADDRESS = '10.244.0.1';
/** As kube-apiserver takes it. */
export const SERVICE_RANGE = '10.96.0.0/16';
/** Where pods ask for names. */
export const NAMES_ADDRESS = '10.96.0.10';

const BRIDGE = 'pods';

export async function makeNetwork(): Promise<void> {
  for (const line of [
    'link set lo up',
    `link add ${BRIDGE} type bridge`,
    `address add ${NODE_ADDRESS}/16 dev ${BRIDGE}`,
    `link set ${BRIDGE} up`,
    `route add local ${SERVICE_RANGE} dev lo`,
  ]) {
    await runProgram('ip', line.split(' '));
  }
}

/** What the containers of one pod share. */
export interface Sandbox {
  readonly address: string;
  /** File that `nsenter --net` takes. */
  readonly network: string;
  remove(): Promise<void>;
}

/**
 * @param number - from 2; no two pods may have the same
 * @param directory - of the pod
 */
export async function makeSandbox(number: number, directory: string): Promise<Sandbox> {
  const address = `10.244.${number >> 8}.${number & 255}`;
  const network = join(directory, 'network');
  const outside = `pod${number}`;
  await writeFile(network, '');
  await runProgram('unshare', [`--net=${network}`, 'true']);
  const link = `link add ${outside} type veth peer name eth0 netns`;
  await runProgram('ip', [...link.split(' '), network]);
  await runProgram('ip', ['link', 'set', outside, 'master', BRIDGE, 'up']);
  const inside = `ip link set lo up && ip address add ${address}/16 dev eth0 && ip link set eth0 up &&
    ip route add default via ${NODE_ADDRESS}`;
  await runProgram('nsenter', [`--net=${network}`, 'sh', '-c', inside]);
  return {
    address,
    network,
    remove: async () => {
      await runProgram('umount', [network]);
      await rm(network);
    },
  };
}
