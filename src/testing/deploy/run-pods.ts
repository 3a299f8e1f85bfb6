import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createTestDatabase } from '../database.ts';
import { freePort } from '../free-port.ts';
import { pollUntil } from '../poll.ts';
import { startTestRedis } from '../redis.ts';
import { commandsByHand, podByHand, RESTORE } from './kubernetes-by-hand.ts';
import {
  type Container,
  environmentOf,
  type Keys,
  type Manifest,
  mountedFiles,
  type Pod,
  workloads,
} from './manifests.ts';
import { ROOT } from './trial.ts';

const DEADLINE_MS = 60_000;

/** A process of a container, with what it said once it has ended. */
interface Running {
  readonly child: ChildProcess;
  /** Resolves once it has said something. */
  readonly spoke: Promise<unknown>;
  readonly ended: Promise<{ code: number | null; said: string }>;
}

interface Host {
  /** What stands for the root of every container. */
  readonly root: string;
  readonly port: number;
  readonly adminPort: number;
  /** What the secrets hold, by the names of their files. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Runs what the pods of a deployment run, in the order in which a cluster would start them: replicas
 * wait for the schema, the job migrates, seeds are applied, a pod by hand does what docs/deploy.md has it do
 * after a restore, a replica answers its probes and whoever
 * `helm test` sends, and ends in time. The image's programs are those of these sources, its paths
 * those below a directory, its ports free ones of loopback.
 *
 * @returns what was seen
 */
export async function runPods(manifests: readonly Manifest[], keys: Keys): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'gatehouse-pods-'));
  const database = await createTestDatabase({ empty: true });
  const redis = await startTestRedis();
  const host: Host = {
    root,
    port: await freePort(),
    adminPort: await freePort(),
    secrets: {
      database_url: database.url,
      redis_url: redis.url,
      key_encryption_keys: randomBytes(32).toString('base64'),
      smtp_url: 'smtp://gatehouse:password@mail.example.com:587',
    },
  };
  const running: Running[] = [];
  const start = async (pod: Pod, container: Container | undefined): Promise<Running> => {
    if (container === undefined) throw new Error('there is no such container');
    const started = await startContainer(host, { pod, container, keys });
    running.push(started);
    return started;
  };
  const podOf = (kind: string, component: string) => {
    const found = workloads(manifests).find((one) => {
      return one.kind === kind && one.labels['app.kubernetes.io/component'] === component;
    });
    if (found === undefined) throw new Error(`there is no ${kind} of ${component}`);
    return found.pod;
  };
  try {
    await writeGatehouse(root);
    const server = podOf('Deployment', 'server');
    const [waiting, migrating, seeding] = [
      server.initContainers[0],
      podOf('Job', 'migrate'),
      podOf('Job', 'seed'),
    ];
    const wait = await start(server, waiting);
    await Promise.race([wait.spoke, wait.ended]);
    if (wait.child.exitCode !== null) {
      throw new Error(`a replica did not wait for the schema: ${(await wait.ended).said}`);
    }
    await expectEnd(await start(migrating, migrating.containers[0]), 'migrate');
    await expectEnd(wait, 'wait-for-schema');
    await expectEnd(await start(seeding, seeding.containers[0]), 'seed');
    const hand = await podByHand(serverOf(manifests));
    const [waits] = hand.pod.containers;
    for (const { command } of await commandsByHand(RESTORE, 'in_server_pod')) {
      // It asks the mail server, which is not here.
      if (waits === undefined || command === 'gatehouse doctor') continue;
      const given = { ...waits, command: command.split(' ') };
      await expectEnd(await start(hand.pod, given), command);
    }

    const [container] = server.containers;
    const replica = await start(server, container);
    const probed = await askProbes(host, container, replica);
    const test = workloads(manifests).find(({ kind }) => kind === 'Pod')?.pod;
    if (test !== undefined) await expectEnd(await start(test, test.containers[0]), 'helm test');
    const since = performance.now();
    replica.child.kill('SIGTERM');
    await expectEnd(replica, 'the replica');
    const seconds = ((performance.now() - since) / 1000).toFixed(1);
    return `waited for the schema, migrated, seeded, ${probed} probes answered 200, ended in ${seconds} s`;
  } finally {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    await redis.stop();
    await database.drop();
    await rm(root, { recursive: true });
  }
}

function serverOf(manifests: readonly Manifest[]): Manifest {
  const found = manifests.find((manifest) => {
    const [workload] = workloads([manifest]);
    return workload?.labels['app.kubernetes.io/component'] === 'server';
  });
  if (found === undefined) throw new Error('there is no server');
  return found;
}

/** `gatehouse` on the PATH, as the image has it. */
async function writeGatehouse(root: string): Promise<void> {
  const path = join(root, 'bin/gatehouse');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\nexec ${process.execPath} ${ROOT}src/cli/cli.ts "$@"\n`);
  await chmod(path, 0o755);
}

async function startContainer(
  { root, port, adminPort, secrets }: Host,
  { pod, container, keys }: { pod: Pod; container: Container; keys: Keys },
): Promise<Running> {
  const own = await mkdtemp(join(root, 'container-'));
  for (const { path, of, object, key } of mountedFiles(pod, container, keys)) {
    const content =
      of === 'ConfigMap'
        ? keys.configMaps.get(object)?.[key]
        : secrets[path.split('/').at(-1) ?? ''];
    await mkdir(dirname(own + path), { recursive: true });
    await writeFile(own + path, content ?? 'not read');
  }
  const here = (value: string) =>
    value.replace(/(?<![\w/.])\/(run\/secrets|seeds)(?=\/)/g, (path) => own + path);
  const environment = Object.entries(environmentOf(container, keys));
  const env = {
    ...Object.fromEntries(environment.map(([name, value]) => [name, here(value)])),
    PATH: `${join(root, 'bin')}:${process.env.PATH ?? ''}`,
    HOST: '127.0.0.1',
    ADMIN_HOST: '127.0.0.1',
    PORT: String(port),
    ADMIN_PORT: String(adminPort),
    SERVICE: `127.0.0.1:${port}`,
  };
  const words = [...container.command, ...container.args].map(here);
  // What the image runs where nothing else is said.
  const [program = process.execPath, ...args] =
    words.length === 0 ? [process.execPath, `${ROOT}src/main.ts`] : words;
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    env,
    cwd: own,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const spoke = once(child.stdout, 'data');
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, said }));
  return { child, spoke, ended };
}

async function expectEnd({ ended }: Running, what: string): Promise<void> {
  const { code, said } = await ended;
  if (code !== 0) throw new Error(`${what} ended with ${code}:\n${said}`);
}

/** Asks what the kubelet would, until it is answered. */
async function askProbes(
  { port, adminPort }: Host,
  container: Container | undefined,
  replica: Running,
): Promise<number> {
  const probes = [container?.startupProbe, container?.livenessProbe, container?.readinessProbe];
  const ports: Record<string, number> = { http: port, admin: adminPort };
  let asked = 0;
  for (const probe of probes) {
    const { path, port: name } = probe?.httpGet ?? { path: '', port: '' };
    const url = `http://127.0.0.1:${ports[name]}${path}`;
    await pollUntil(
      async () => {
        if (replica.child.exitCode !== null) throw new Error((await replica.ended).said);
        return (await fetch(url)).status === 200;
      },
      { deadlineMs: DEADLINE_MS, everyMs: 100 },
    );
    asked += 1;
  }
  return asked;
}
