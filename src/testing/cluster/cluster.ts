import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ensurePrograms } from '../debian-programs.ts';
import {
  definitionFiles,
  isBuilt,
  kubernetesVersion,
  manifestTool,
} from '../deploy/manifest-tools.ts';
import { notesTaken } from '../deploy/manual.ts';
import { ON_OWN_MACHINE } from '../deploy/own-machine.ts';
import { NotToBeHad, type Trial } from '../deploy/trial.ts';
import { LOOPBACK_CERTIFICATE } from '../loopback-certificate.ts';
import { findRedisServer } from '../redis.ts';
import type { Story } from './inside.ts';
import type { Brought } from './world.ts';

const INSIDE = fileURLToPath(new URL('inside.ts', import.meta.url));
/** Every Debian has it. What is written there is in memory, seen by nobody else, and goes with its mount. */
const SCRATCH = '/mnt';
/** How much of what went wrong is shown. */
const LAST_WORDS = 20_000;

/** The commands of docs/deploy.md, run against a control plane. */
export const CLUSTER: readonly Trial[] = [
  {
    artefact: 'cluster kustomize',
    how: "the section kustomize of docs/deploy.md, its commands as they stand, against etcd, kube-apiserver, kube-controller-manager and kube-scheduler; a stand-in for the kubelet runs the pods' commands, each in namespaces of its own, over PostgreSQL and Redis",
    covers: [],
    follows: ['cd deploy/kubernetes/overlays/staging'],
    run: () => tell('kustomize'),
  },
  {
    artefact: 'cluster helm',
    how: 'the section Helm of docs/deploy.md in the same way: --wait, test, upgrade, rollback, uninstall',
    covers: [],
    follows: ['kubectl create namespace gatehouse'],
    run: () => tell('helm'),
  },
  {
    artefact: 'cluster pipeline',
    how: 'the job of deploy.yml in the same way, started by hand and with the rights of deployer.yaml and deployer-secrets.yaml alone: a first release, the next, and one that cannot be had',
    covers: [],
    run: () => tell('pipeline'),
  },
];

async function tell(story: Story): Promise<string> {
  if (process.getuid?.() !== 0) throw new NotToBeHad('a network of its own, which root may make');
  const seen = await runInside(story, await bring());
  return `Kubernetes ${await kubernetesVersion()}: ${seen}`;
}

/** What has to be fetched while there is a way out. */
async function bring(): Promise<Brought> {
  try {
    await ensurePrograms({
      '/usr/bin/age-keygen': 'age',
      '/usr/bin/redis-cli': 'redis-tools',
      '/usr/lib/postgresql/15/bin/postgres': 'postgresql-15',
      '/usr/lib/postgresql/15/bin/psql': 'postgresql-client-15',
      '/usr/sbin/ip': 'iproute2',
      '/usr/bin/openssl': 'openssl',
    });
  } catch (error) {
    throw new NotToBeHad(error instanceof Error ? error.message : String(error), { cause: error });
  }
  if (process.env.CHECK_CLUSTER !== 'build' && !(await isBuilt('control-plane'))) {
    const time = 'it takes a quarter of an hour of processor time to build, once';
    throw new NotToBeHad(`a control plane of Kubernetes: ${time}; CHECK_CLUSTER=build does it`);
  }
  await findRedisServer();
  return {
    controlPlane: await manifestTool('control-plane'),
    kustomize: await manifestTool('kustomize'),
    helm: await manifestTool('helm'),
    definitions: await definitionFiles(),
  };
}

/** Runs `inside.ts` to its end; it ends with this process, too, and takes everything along. */
async function runInside(story: Story, brought: Brought): Promise<string> {
  // The shell stays: whoever is the first process has to bury those who have lost their parents.
  const script = `mount -t tmpfs -o mode=1777 tmpfs ${SCRATCH} &&
    printf %s "$CERTIFICATE" >${SCRATCH}/ca.pem && "$@"; exit $?`;
  const inside = [process.execPath, INSIDE, story, JSON.stringify(brought)];
  const [program, ...args] = ON_OWN_MACHINE;
  const child = spawn(program, [...args, 'sh', '-c', script, 'sh', ...inside], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      TMPDIR: SCRATCH,
      CERTIFICATE: LOOPBACK_CERTIFICATE.certificate,
      NODE_EXTRA_CA_CERTS: `${SCRATCH}/ca.pem`,
      ...notesTaken(),
    },
  });
  const closed = once(child, 'close');
  const [seen, problems, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    closed,
  ]);
  if (code === 0) return seen;
  throw new Error(`the story of ${story} ended with ${code}:\n${problems.slice(-LAST_WORDS)}`);
}
