import { randomBytes } from 'node:crypto';
import { cp, mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { type InitializedPostgres, initializePostgres } from '../deploy/initialized-postgres.ts';
import { type Ran, ROOT, runProgram } from '../deploy/trial.ts';
import { pollUntil } from '../poll.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { makeRegistry } from './images.ts';
import { type Kubelet, startKubelet } from './kubelet.ts';
import { makeNetwork, NODE_ADDRESS } from './network.ts';
import { openDoor, type Services, startServices } from './services.ts';

const NODES = ['node-1', 'node-2', 'node-3'];
/** Releases that can be had. */
const RELEASES = ['0.1.0', '0.2.0'];
const DISKS = 12;
const NODES_DEADLINE_MS = 60_000;
const EXEC_PORT = 10_250;
const ASK_PORT = 10_251;

/** Programs and files that there is no getting at from a network of one's own. */
export interface Brought {
  readonly controlPlane: string;
  readonly kustomize: string;
  readonly helm: string;
  /** Files of the custom resources that installations use. */
  readonly definitions: readonly string[];
}

/** A cluster, and the machine of its operator. */
export interface World {
  readonly control: ControlPlane;
  readonly kubelet: Kubelet;
  readonly services: Services;
  /** The checkout that an operator has: a copy of `deploy`. */
  readonly checkout: string;
  /** Runs commands there, one after another until one fails. */
  shell(script: string): Promise<Ran>;
  /** A new, empty PostgreSQL at `db.example.com`, in the place of the one before. */
  newDatabase(): Promise<InitializedPostgres>;
  stop(): Promise<void>;
}

/** @param home - an empty directory */
export async function startWorld(home: string, brought: Brought): Promise<World> {
  await makeNetwork();
  const control = await startControlPlane(brought.controlPlane, join(home, 'control'));
  const { api, bin, kubeconfig } = control;
  const checkout = join(home, 'checkout');
  await cp(join(ROOT, 'deploy'), join(checkout, 'deploy'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  const tools = [bin, dirname(brought.kustomize), dirname(brought.helm)];
  const env = {
    PATH: `${tools.join(':')}:${process.env.PATH ?? ''}`,
    KUBECONFIG: kubeconfig,
    HOME: home,
  };
  const shell = (script: string) =>
    runProgram('bash', ['-c', `set -euo pipefail\n${script}`], { cwd: checkout, env });

  const kubelet = await startKubelet({
    ...{ api, nodes: NODES, registry: await makeRegistry(RELEASES), port: EXEC_PORT },
    directory: join(home, 'pods'),
  });
  await answerExec(control, kubelet, join(home, 'control'));
  const outside = { 'db.example.com': NODE_ADDRESS, 'mail.example.com': NODE_ADDRESS };
  const services = await startServices(api, outside);
  await makeDisks(control, join(home, 'disks'));
  const files = brought.definitions.map((file) => `-f ${file}`).join(' ');
  await shell(`kubectl create ${files}
    kubectl wait --for=condition=Established --all crd --timeout=60s
    kubectl wait --for=condition=Ready --all nodes --timeout=60s`);
  await untilTaintsAreGone(shell);

  let database: InitializedPostgres | undefined;
  await openDoor({ host: NODE_ADDRESS, port: 5432 }, () =>
    database === undefined ? [] : [{ host: '127.0.0.1', port: database.port }],
  );
  return {
    ...{ control, kubelet, services, checkout, shell },
    async newDatabase() {
      await database?.stop();
      const password = () => randomBytes(24).toString('hex');
      database = await initializePostgres({
        build: 'debian',
        passwords: { migrator: password(), app: password(), monitor: password() },
      });
      return database;
    },
    async stop() {
      await database?.stop();
    },
  };
}

/** `kubectl exec`: the API server asks a kubelet, which asks here how to get into the container. */
async function answerExec(control: ControlPlane, kubelet: Kubelet, files: string): Promise<void> {
  const server = createServer(async ({ url = '' }, response) => {
    const { searchParams } = new URL(url, 'http://localhost');
    const [namespace = '', pod = '', container = ''] = ['namespace', 'pod', 'container'].map(
      (name) => searchParams.get(name) ?? '',
    );
    try {
      response.end(JSON.stringify(await kubelet.enter(namespace, pod, container)));
    } catch (error) {
      response.writeHead(404).end(String(error));
    }
  });
  await new Promise<void>((listening) => server.listen(ASK_PORT, '127.0.0.1', listening));
  await control.start('exec-server', [
    `--listen=${NODE_ADDRESS}:${EXEC_PORT}`,
    `--ask=http://127.0.0.1:${ASK_PORT}/`,
    `--certificate=${join(files, 'server.crt')}`,
    `--key=${join(files, 'server.key')}`,
  ]);
}

/** What a cluster's administrator has in the place of a provisioner. */
async function makeDisks({ api }: ControlPlane, directory: string): Promise<void> {
  await mkdir(directory);
  for (let number = 1; number <= DISKS; number += 1) {
    const name = `disk-${number}`;
    await api.create('/api/v1/persistentvolumes', {
      ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } },
      spec: {
        capacity: { storage: '20Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: join(directory, name) },
      },
    });
  }
}

/** A node that is new is marked until the controller has seen that it is ready. */
async function untilTaintsAreGone(shell: World['shell']): Promise<void> {
  const taints = `kubectl get nodes -o jsonpath='{.items[*].spec.taints}'`;
  await pollUntil(async () => (await shell(taints)).stdout === '', {
    deadlineMs: NODES_DEADLINE_MS,
    everyMs: 500,
  });
}
