/** The sections of docs/deploy.md on our two images, by an engine. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineMachine } from './engine-machine.ts';
import { blockWith, commandsOf } from './engine-manual.ts';
import { peopleOf, until } from './engine-people.ts';
import { withWayOut } from './engine-way-out.ts';
import { npmrc, VERSION } from './image-build.ts';

const READY_DEADLINE_MS = 60_000;
const USER = 10_001;

/** A base has a digest where a registry gave it one, which was none here. */
function withoutDigest(block: string): string {
  return block.replace(/ *--build-arg \w+_DIGEST=sha256:… (\\\n)?/, ' ');
}

/** Builds our image as the manual says, with a token for a registry as it says, too. */
export async function buildOurImage(machine: EngineMachine): Promise<void> {
  const build = withoutDigest(blockWith(await commandsOf('The image'), 'docker build'));
  await writeFile(join(machine.directory, '.npmrc'), await npmrc('canary'), { mode: 0o600 });
  const secret = 'docker build --quiet --secret id=npmrc,src=.npmrc';
  await withWayOut(machine, () => machine.run(build.replace('docker build', secret)));
}

export async function buildBackupImage(machine: EngineMachine): Promise<void> {
  const build = withoutDigest(blockWith(await commandsOf('The image of backups'), 'docker build'));
  await withWayOut(machine, () => machine.run(build));
}

/** @returns what was seen */
export async function tryImage(machine: EngineMachine): Promise<string> {
  await buildOurImage(machine);
  const blocks = await commandsOf('The image');
  const runs = blockWith(blocks, 'gatehouse migrate');
  const [migrate = '', serve = ''] = runs.split('\n\n');
  await startDatabases(machine);
  await machine.run(migrate);
  await machine.run(
    migrate.replace('gatehouse migrate', 'gatehouse seed apply dist/seeds/demo.yaml'),
  );
  const { stdout } = await machine.run(serve);
  const id = stdout.trim();
  const of = async (what: string) =>
    (await machine.run(`docker inspect --format '${what}' ${id}`)).stdout.trim();
  await until(machine, 'curl -fsS http://localhost:3000/health/ready', READY_DEADLINE_MS);
  await peopleOf(machine, { issuer: 'http://localhost:3000' }).signIn();
  await until(
    machine,
    `[ "$(docker inspect --format '{{.State.Health.Status}}' ${id})" = healthy ]`,
    READY_DEADLINE_MS,
  );
  await machine.run(`docker stop ${id}`);
  assert.equal(await of('{{.State.ExitCode}}'), '0');
  await lookAt(machine, blockWith(blocks, 'docker inspect'));
  return 'built, migrated, served as the lines say; signed in at port 3000; healthy; docker stop: 0';
}

/** What the lines on the image print. */
async function lookAt(machine: EngineMachine, block: string): Promise<void> {
  const [inspect = '', sbom = '', version = ''] = block.trim().split('\n');
  const labels = JSON.parse((await machine.run(inspect)).stdout);
  assert.equal(labels['org.opencontainers.image.version'], VERSION);
  const { stdout: head } = await machine.run('git rev-parse HEAD');
  assert.equal(labels['org.opencontainers.image.revision'], head.trim());
  assert.equal(JSON.parse((await machine.run(sbom)).stdout).bomFormat, 'CycloneDX');
  assert.match((await machine.run(version)).stdout, new RegExp(VERSION.replaceAll('.', '\\.')));
}

/**
 * A PostgreSQL and a Redis on the engine's bridge, and the files that the lines hand in.
 *
 * @returns the URL of the database
 */
export async function startDatabases(machine: EngineMachine): Promise<URL> {
  const password = randomBytes(12).toString('hex');
  await machine.run(`
    docker run --detach --name database --env POSTGRES_PASSWORD=${password} \\
      --env POSTGRES_DB=gatehouse postgres:16-bookworm
    docker run --detach --name redis redis:7.2-bookworm redis-server --protected-mode no
  `);
  await until(machine, 'docker exec database pg_isready -q -h 127.0.0.1', READY_DEADLINE_MS);
  const address = async (name: string) => {
    const format = '{{.NetworkSettings.IPAddress}}';
    return (await machine.run(`docker inspect --format '${format}' ${name}`)).stdout.trim();
  };
  const secrets = join(machine.directory, 'secrets');
  await mkdir(secrets);
  const files = {
    database_url: `postgres://postgres:${password}@${await address('database')}/gatehouse`,
    redis_url: `redis://${await address('redis')}`,
    key_encryption_keys: randomBytes(32).toString('base64'),
  };
  for (const [name, value] of Object.entries(files)) await writeFile(join(secrets, name), value);
  await machine.run(`chown -R ${USER}:${USER} secrets && chmod -R go= secrets`);
  const lines = Object.keys(files).map((name) => `${name.toUpperCase()}_FILE=/run/secrets/${name}`);
  const env = [...lines, 'PUBLIC_URL=http://localhost:3000'].join('\n');
  await writeFile(join(machine.directory, 'gatehouse.env'), `${env}\n`);
  return new URL(files.database_url);
}
