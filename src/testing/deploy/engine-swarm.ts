/** The section of docs/deploy.md on Docker Swarm, by two engines. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { backUp, bringBack, lookAt, takeElsewhere } from './engine-backup.ts';
import { buildBackupImage, buildOurImage } from './engine-image.ts';
import { ensureMonitors } from './engine-images.ts';
import { type EngineMachine, startNeighbour } from './engine-machine.ts';
import { blockWith, commandsOf } from './engine-manual.ts';
import { watchSwarm } from './engine-monitoring.ts';
import { type People, peopleOf, until } from './engine-people.ts';
import { certificateFor, replaceSecrets } from './engine-swarm-secrets.ts';
import { replacesAlone } from './engine-tasks.ts';
import { manifestTool } from './manifest-tools.ts';

const NAME = 'login.example.com';
const IMAGE = 'registry.example.com/gatehouse';
const DEADLINE_MS = 180_000;

/** @returns what was seen */
export async function trySwarm(machine: EngineMachine): Promise<string> {
  await buildOurImage(machine);
  await buildBackupImage(machine);
  const monitors = await ensureMonitors(machine);
  await takeNewerStack(machine);
  const encrypted = await leaveOutWhatIsMissing(machine);
  const neighbour = await startNeighbour(machine);
  try {
    await makeSwarm(machine, { neighbour, monitors });
    const people = await deploy(machine);
    const times = await replaceAndTakeBack(machine, people);
    await changeNginx(machine);
    const release = await releaseCommands();
    const renewed = await replaceSecrets(machine, {
      name: NAME,
      release,
      services: SERVICES,
      people,
    });
    await backUp(machine, 'deploy/swarm/in-backup-image.sh\n');
    const watched = await watchSwarm(machine, NAME);
    const lines = await lookAt(machine, 'tasks.app:9464', 3);
    await restore(machine, renewed, people);
    await takeElsewhere(machine, async (env) => {
      await machine.run('deploy/swarm/in-backup-image.sh', { env });
      // Left where node_exporter reads, once it was uploaded.
      await machine.run(
        'cd /var/backups/gatehouse; [ -s gatehouse.prom ] && [ ! -e .made/gatehouse.prom ]',
      );
    });
    const between = encrypted
      ? 'encrypted between them'
      : 'not encrypted between them: no ESP in this kernel';
    return `two nodes, ${between}; signed in; ${times} sign-ins during a release and its way back, none failed; databases and nginx stayed, and nginx alone went with its files; another certificate, passwords, sealing keys; backed up; ${watched}; ${lines.length} lines of health.sh, none wrong; restored, and signed in; backed up to elsewhere`;
  } finally {
    await neighbour.stop();
  }
}

/** `docker stack` of a client that knows jobs; all else is the engine's own. */
async function takeNewerStack(machine: EngineMachine): Promise<void> {
  const stack = await manifestTool('docker-stack');
  const { stdout: own } = await machine.run('command -v docker');
  const bin = join(machine.work, 'bin');
  await mkdir(bin);
  const either = `if [ "$1" = stack ]; then shift; exec ${stack} "$@"; fi`;
  await writeFile(join(bin, 'docker'), `#!/bin/sh\n${either}\nexec ${own.trim()} "$@"\n`);
  await chmod(join(bin, 'docker'), 0o755);
}

/** Replicas follow each other sooner; a kernel without ESP cannot encrypt what goes between nodes. */
async function leaveOutWhatIsMissing(machine: EngineMachine): Promise<boolean> {
  const sooner = 's/(monitor|delay): (60|30|10)s/\\1: 3s/';
  await machine.run(`sed -i -E '${sooner}' deploy/swarm/stack.yml`);
  const kernel = await readFile('/proc/config.gz').catch(() => undefined);
  const config = kernel === undefined ? '' : String(await promisify(gunzip)(kernel));
  if (!config.includes('# CONFIG_INET_ESP is not set')) return true;
  await machine.run(`sed -i "/driver_opts: { encrypted: '' }/d" deploy/swarm/*.yml`);
  return false;
}

/** Two nodes, each with the images that a registry would have given it. */
async function makeSwarm(
  machine: EngineMachine,
  { neighbour, monitors }: { neighbour: EngineMachine; monitors: readonly string[] },
): Promise<void> {
  const archive = join(machine.work, 'images.tar');
  await machine.run(`
    docker tag gatehouse:0.1.0 ${IMAGE}:0.1.0
    docker tag gatehouse:0.1.0 ${IMAGE}:0.1.1
    docker save --output ${archive} ${IMAGE}:0.1.0 ${IMAGE}:0.1.1 ${monitors.join(' ')}
  `);
  await neighbour.run(`docker load --quiet --input ${archive}`);
  await machine.run('docker swarm init --advertise-addr 192.0.2.10');
  const { stdout } = await machine.run('docker swarm join-token --quiet worker');
  await neighbour.run(`docker swarm join --token ${stdout.trim()} 192.0.2.10:2377`);
}

const SERVICES = ['gatehouse_app', 'gatehouse_nginx', 'gatehouse_postgres', 'gatehouse_redis'];

async function releaseCommands(): Promise<string> {
  const blocks = await commandsOf('Docker Swarm');
  return blockWith(blocks, 'export SEEDS=') + blockWith(blocks, 'deploy/swarm/stack.yml');
}

/** Secrets, the stack with a seed file, and somebody who signs in. */
async function deploy(machine: EngineMachine): Promise<People> {
  const blocks = await commandsOf('Docker Swarm');
  await machine.run(`
    echo '127.0.0.1 ${NAME}' >>/etc/hosts
    cp seeds/demo.yaml my-seeds.yaml
    ${certificateFor(NAME)}
  `);
  // One shell, since the second needs what the first has made.
  const once = blockWith(blocks, 'secret() {') + blockWith(blocks, 'gatehouse.monitoring=yes');
  await machine.run(once.replaceAll(/\bNODE\b/g, '"$(hostname)"'));
  await machine.run(await releaseCommands());
  for (const [service, count] of [
    ['app', 3],
    ['nginx', 1],
  ] as const) {
    await until(machine, running(`gatehouse_${service}`, count), DEADLINE_MS);
  }
  const certificate = join(machine.directory, 'certificate.pem');
  // All are there; when nginx knows of the replicas is not said.
  await until(machine, answers(certificate), DEADLINE_MS);
  const people = peopleOf(machine, { issuer: `https://${NAME}`, certificate });
  await people.signIn();
  return people;
}

/** @returns how often somebody signed in meanwhile */
async function replaceAndTakeBack(machine: EngineMachine, people: People): Promise<number> {
  const release = await releaseCommands();
  const replacing = people.meanwhile(async () => {
    await replacesAlone(machine, { of: SERVICES, replaced: ['gatehouse_app'] }, () =>
      machine.run(release.replaceAll(':0.1.0', ':0.1.1')),
    );
    await machine.run('docker service rollback gatehouse_app');
    await until(machine, updated('rollback_completed'), DEADLINE_MS);
  });
  return replacing.catch(async (cause: unknown) => {
    throw new Error(`not everybody signed in:\n${await whatHappened(machine)}`, { cause });
  });
}

/** Loses the database, and has it back. */
async function restore(machine: EngineMachine, release: string, people: People): Promise<void> {
  const label = 'label=com.docker.swarm.service.name=gatehouse_postgres';
  const container = `$(docker ps --quiet --filter ${label})`;
  const certificate = join(machine.directory, 'certificate.pem');
  await bringBack(machine, {
    psql: `docker exec --interactive "${container}" psql -X -v ON_ERROR_STOP=1 gatehouse`,
    certificate,
    parts: ['docker service scale gatehouse_app=0', 'docker service scale gatehouse-monitoring'],
    between: `${release}\n${soon(running('gatehouse_app', 3))}\n${soon(answers(certificate))}`,
  });
  await people.signIn();
}

/** A line of bash that waits for another. */
function soon(line: string): string {
  return `for _ in $(seq ${DEADLINE_MS / 1000}); do if ${line}; then break; fi; sleep 1; done`;
}

function answers(certificate: string): string {
  return `curl -fsS --cacert ${certificate} https://${NAME}/.well-known/openid-configuration >/dev/null`;
}

/** One of its files is another, and the same commands again. */
async function changeNginx(machine: EngineMachine): Promise<void> {
  const release = await releaseCommands();
  await machine.run('echo "# Another." >>deploy/nginx/gatehouse/limits.conf');
  await replacesAlone(machine, { of: SERVICES, replaced: ['gatehouse_nginx'] }, () =>
    machine.run(release),
  );
}

/** What nginx could not answer, and what became of each replica by then. */
async function whatHappened(machine: EngineMachine): Promise<string> {
  const format = '{{.Name}} {{.Node}} {{.CurrentState}} {{.Error}}';
  const { stdout } = await machine.run(`
    docker service logs --raw gatehouse_nginx 2>&1 | grep -E '"status": ?"?5|\\[(error|warn)\\]' || true
    docker service ps --no-trunc --format '${format}' gatehouse_app
    docker service logs --timestamps gatehouse_app 2>&1 |
      grep -E '"(level|status)":"?(error|warn|5|shut|listen)|shut|listening' | tail -60 || true
  `);
  return stdout;
}

function running(service: string, count: number): string {
  return `docker service ls --format '{{.Name}} {{.Replicas}}' | grep -q '^${service} ${count}/${count}'`;
}

function updated(state: string): string {
  const format = '{{.UpdateStatus.State}}';
  return `[ "$(docker service inspect --format '${format}' gatehouse_app)" = ${state} ]`;
}
