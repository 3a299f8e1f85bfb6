/** The real programs of a control plane, on the loopback of this process's network. */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOOPBACK_CERTIFICATE } from '../loopback-certificate.ts';
import { pollUntil } from '../poll.ts';
import { type Api, createApi } from './api.ts';
import { NODE_ADDRESS, SERVICE_RANGE } from './network.ts';

const SERVER = 'https://127.0.0.1:6443';
const ETCD = 'http://127.0.0.1:2379';
const START_DEADLINE_MS = 120_000;
const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

export interface ControlPlane {
  readonly api: Api;
  /** Directory with kubectl, for the PATH. */
  readonly bin: string;
  /** File of who may do everything. */
  readonly kubeconfig: string;
  /** Starts another program that is in the same file. */
  start(name: string, args: readonly string[]): Promise<void>;
  /** The end of what each program has logged. */
  logs(): Promise<string>;
}

/**
 * Starts etcd, kube-apiserver, kube-controller-manager and kube-scheduler, and waits for the API server to
 * be ready. All of it ends with the process ids that it is in.
 *
 * @param program - of `control-plane/`
 * @param directory - an empty one
 */
export async function startControlPlane(program: string, directory: string): Promise<ControlPlane> {
  const at = (...names: string[]) => join(directory, ...names);
  const bin = at('bin');
  await mkdir(bin, { recursive: true });
  for (const name of [...PROGRAMS, 'kubectl', 'exec-server'])
    await symlink(program, join(bin, name));
  const started = new Map<string, ChildProcess>();
  const logOf = (name: string) => at(`${name}.log`);
  const start = async (name: string, args: readonly string[]) => {
    const log = createWriteStream(logOf(name));
    await once(log, 'open');
    const env = { PATH: process.env.PATH, HOME: directory };
    const child = spawn(join(bin, name), args, {
      env,
      stdio: ['ignore', log, log],
      cwd: directory,
    });
    started.set(name, child);
  };

  const token = randomBytes(24).toString('hex');
  const kubeconfig = at('kubeconfig');
  await writeFiles(at, token);
  await start('etcd', [
    `--data-dir=${at('etcd')}`,
    `--listen-client-urls=${ETCD}`,
    `--advertise-client-urls=${ETCD}`,
    '--listen-peer-urls=http://127.0.0.1:2380',
    '--unsafe-no-fsync',
  ]);
  await start('kube-apiserver', [
    `--etcd-servers=${ETCD}`,
    '--bind-address=127.0.0.1',
    '--secure-port=6443',
    `--advertise-address=${NODE_ADDRESS}`,
    '--endpoint-reconciler-type=none',
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    `--tls-cert-file=${at('server.crt')}`,
    `--tls-private-key-file=${at('server.key')}`,
    `--token-auth-file=${at('tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${at('accounts.pub')}`,
    `--service-account-signing-key-file=${at('accounts.key')}`,
  ]);
  const api = createApi(SERVER, token);
  await pollUntil(
    async () => {
      for (const [name, child] of started) {
        if (child.exitCode !== null) return `${name} has ended`;
      }
      const answer = await fetch(`${SERVER}/readyz`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      return answer.ok && 'ready';
    },
    { deadlineMs: START_DEADLINE_MS, everyMs: 200 },
  ).then(async (state) => {
    if (state !== 'ready') throw new Error(`${state}:\n${await lastOf(logOf('kube-apiserver'))}`);
  });
  const common = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false'];
  await start('kube-controller-manager', [
    ...common,
    '--bind-address=127.0.0.1',
    `--service-account-private-key-file=${at('accounts.key')}`,
    // The nodes' heartbeats are not played.
    '--node-monitor-grace-period=24h',
    '--node-monitor-period=1s',
    '--horizontal-pod-autoscaler-sync-period=2s',
  ]);
  await start('kube-scheduler', [...common, '--bind-address=127.0.0.1']);
  return {
    api,
    bin,
    kubeconfig,
    start,
    async logs() {
      const all: string[] = [];
      for (const name of started.keys()) all.push(`${name}:\n${await lastOf(logOf(name))}`);
      return all.join('\n');
    },
  };
}

async function writeFiles(at: (name: string) => string, token: string): Promise<void> {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await writeFile(at('accounts.key'), pair.privateKey, { mode: 0o600 });
  await writeFile(at('accounts.pub'), pair.publicKey);
  await writeFile(at('server.crt'), `${LOOPBACK_CERTIFICATE.certificate}\n`);
  await writeFile(at('server.key'), LOOPBACK_CERTIFICATE.key, { mode: 0o600 });
  await writeFile(at('tokens.csv'), `${token},operator,operator,"system:masters"\n`);
  // YAML takes JSON.
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'trial', cluster: { server: SERVER, 'certificate-authority': at('server.crt') } },
    ],
    users: [{ name: 'operator', user: { token } }],
    contexts: [{ name: 'trial', context: { cluster: 'trial', user: 'operator' } }],
    'current-context': 'trial',
  };
  await writeFile(at('kubeconfig'), JSON.stringify(config), { mode: 0o600 });
}

async function lastOf(file: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  return text.split('\n').slice(-40).join('\n');
}
