/** The image of `deploy/backup`, built, and its scripts run in it over a real PostgreSQL. */
import assert from 'node:assert/strict';
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createTestCli } from '../cli.ts';
import { DEMO_SEED } from '../gatehouse.ts';
import { type InstalledPostgres, startInstalledPostgres } from '../installed-postgres.ts';
import { buildah, ensureBuildah, UNSIGNED } from './buildah.ts';
import { ensurePostgresBase } from './image-base.ts';
import { configOf, type ImageConfig, VERSION } from './image-build.ts';
import { type ContainerOptions, type RunnableImage, runInContainer } from './image-container.ts';
import { commandsByHand, LOOK, podByHand, RESTORE } from './kubernetes-by-hand.ts';
import {
  type Container,
  environmentOf,
  type Manifest,
  parseManifests,
  workloads,
} from './manifests.ts';
import { ROOT, runProgram } from './trial.ts';

const CONTEXT = join(ROOT, 'deploy/backup');
const CRON_JOB = join(ROOT, 'deploy/kubernetes/components/backup/backup.yaml');
const NAME = `localhost/gatehouse-backup:${VERSION}`;
const USER = 10_001;

/** What the scripts need and the base has not; each says its version. */
const PROGRAMS = ['pg_dump', 'pg_restore', 'psql', 'age', 'redis-cli', 'curl', 'jq'];
const SIGNING_KEY = '/run/secrets/signing.pem';

/** @returns what was seen */
export async function tryBackupImage(): Promise<string> {
  await ensureBuildah();
  const base = await ensurePostgresBase();
  const { stdout: head } = await runProgram('git', ['rev-parse', 'HEAD']);
  const labels = [`--build-arg=VERSION=${VERSION}`, `--build-arg=REVISION=${head.trim()}`];
  const named = [`--build-arg=POSTGRES_IMAGE=${base}`, `--tag=${NAME}`];
  const how = [...UNSIGNED, '--pull-never', '--network=host', '--format=docker'];
  await buildah('build', ...how, ...labels, ...named, CONTEXT);
  await buildah('rmi', '--prune');
  const config = await configOf(NAME);
  assertConfig(config, head.trim());
  const { stdout } = await buildah('from', ...UNSIGNED, '--pull-never', NAME);
  const container = stdout.trim();
  try {
    const { stdout: root } = await buildah('mount', container);
    const image = { config, root: root.trim() };
    await assertContents(image);
    return await keepAndBringBack(image);
  } finally {
    await buildah('rm', container);
  }
}

function assertConfig(config: ImageConfig, revision: string): void {
  assert.equal(config.User, `${USER}:${USER}`);
  assert.deepEqual(config.Entrypoint ?? [], [], 'the entry point of the base is left');
  assert.deepEqual(config.Cmd, ['/scripts/backup.sh']);
  assert.equal(config.Labels['org.opencontainers.image.version'], VERSION);
  assert.equal(config.Labels['org.opencontainers.image.revision'], revision);
}

/** Every script as it is here, with what it needs beside it, and nothing that its user could change. */
async function assertContents(image: RunnableImage): Promise<void> {
  const scripts = (await readdir(CONTEXT)).filter((name) => /\.(sh|sql)$/.test(name));
  assert.deepEqual((await readdir(join(image.root, 'scripts'))).toSorted(), scripts.toSorted());
  for (const name of scripts) {
    const path = join(image.root, 'scripts', name);
    assert.deepEqual(await readFile(path), await readFile(join(CONTEXT, name)), name);
    const { mode, uid } = await stat(path);
    assert.deepEqual([mode & 0o777, uid], [name.endsWith('.sh') ? 0o755 : 0o644, 0], name);
  }
  for (const program of PROGRAMS) await run(image, [program, '--version']);
}

/** A backup as the CronJob makes it; then, by the image's own scripts, restored and compared. */
async function keepAndBringBack(image: RunnableImage): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-backup-image-'));
  const postgres = await startInstalledPostgres();
  try {
    await postgres.createDatabase('gatehouse');
    const cli = createTestCli({ databaseUrl: postgres.url('gatehouse') });
    for (const command of [['migrate'], ['seed', 'apply', DEMO_SEED]]) {
      const { code, stderr } = await cli.run(...command);
      assert.equal(code, 0, stderr);
    }
    const key = await run(image, ['age-keygen']);
    const [identity] = /AGE-SECRET-KEY-\S+/.exec(key) ?? assert.fail(key);
    const [recipient] = /\bage1\S+/.exec(key) ?? assert.fail(key);
    const backups = join(home, 'backups');
    await mkdir(backups);
    await chmod(backups, 0o700);
    await chown(backups, USER, USER);

    const signing = await run(image, ['openssl', 'genpkey', '-algorithm', 'ed25519']);
    const verify = await run(image, ['openssl', 'pkey', '-in', SIGNING_KEY, '-pubout'], {
      secrets: { 'signing.pem': signing },
    });

    const job = await cronJob();
    const made = await run(image, job.command, {
      env: environmentOf(job, { configMaps: new Map(), secrets: new Map() }),
      secrets: {
        'pg_service.conf': serviceOf(postgres, 'gatehouse'),
        'recipients.txt': recipient,
        'signing.pem': signing,
      },
      mounts: { '/scripts': await configMap(home), '/backups': backups },
    });
    const dump = made.trim();
    assert.match(dump, /^\/backups\/gatehouse-\w+\.dump\.age$/);

    await postgres.createDatabase('restored');
    const hand: ByHand = {
      home,
      backups,
      dump,
      files: {
        'identity.txt': `${identity}\n`,
        'verify.pem': verify,
        'monitor_service.conf': serviceOf(postgres, 'restored'),
      },
      secrets: {
        'pg_service.conf': serviceOf(postgres, 'restored'),
        'recipients.txt': recipient,
        'signing.pem': signing,
      },
    };
    const held = await byHand(image, RESTORE, hand);
    assert.match(held, /is signed$/m);
    const looked = await byHand(image, LOOK, hand);
    for (const check of ['database', 'retention', 'backup', 'disk']) {
      assert.match(looked, new RegExp(`^ok +${check} `, 'm'));
    }
    assert.match(looked, /\bdue\b/);
    const seen = /^held: \d+ tables.*$/m.exec(held)?.[0];
    return `user ${USER} backed up and signed, and by the commands of docs/deploy.md restored and looked at in pods by hand; ${seen}`;
  } finally {
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  }
}

/** A pod by hand, and what commands in it are given at their standard input. */
interface ByHand {
  readonly home: string;
  readonly backups: string;
  readonly dump: string;
  readonly files: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * In the pod that docs/deploy.md makes of the CronJob, the commands of one of its blocks.
 *
 * @returns what they printed
 */
async function byHand(
  image: RunnableImage,
  block: typeof RESTORE | typeof LOOK,
  { home, backups, dump, files, secrets }: ByHand,
): Promise<string> {
  const [manifest] = (await manifestsOfBackup()).filter(({ kind }) => kind === 'CronJob');
  const { pod } = await podByHand(manifest ?? assert.fail('there is no CronJob'));
  const [container = assert.fail('there is no container')] = pod.containers;
  // One for all commands, as in a pod.
  const tmp = await mkdtemp(join(home, 'tmp-'));
  await chown(tmp, USER, USER);
  const [name = ''] = basename(dump).split('.');
  const said: string[] = [];
  for (const { command, file } of await commandsByHand(block, 'in_backup_pod')) {
    const input =
      file === undefined ? undefined : (files[file] ?? (await readFile(join(ROOT, file), 'utf8')));
    said.push(
      await run(image, ['bash', '-c', command.replaceAll('gatehouse-TIME', name)], {
        // However full the disk is that this runs on.
        env: {
          ...environmentOf(container, { configMaps: new Map(), secrets: new Map() }),
          HEALTH_DISK_WARN: '101',
          HEALTH_DISK_FAIL: '102',
        },
        secrets,
        mounts: { '/tmp': tmp, '/backups': backups },
        ...(input === undefined ? {} : { input }),
      }),
    );
  }
  return said.join('');
}

async function run(
  image: RunnableImage,
  command: readonly string[],
  options: ContainerOptions = {},
): Promise<string> {
  const { code, output } = await runInContainer(image, command, options);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

async function manifestsOfBackup(): Promise<Manifest[]> {
  return parseManifests(await readFile(CRON_JOB, 'utf8'));
}

async function cronJob(): Promise<Container> {
  const job = workloads(await manifestsOfBackup()).find(({ kind }) => kind === 'CronJob');
  const container = job?.pod.containers[0];
  if (container === undefined) throw new Error(`${CRON_JOB} has no CronJob`);
  assert.match(container.image, /(^|\/)gatehouse-backup$/);
  return container;
}

/** What deploy/backup/kustomization.yaml makes a ConfigMap of, as a cluster mounts it. */
async function configMap(home: string): Promise<string> {
  const scripts = join(home, 'scripts');
  await mkdir(scripts, { mode: 0o755 });
  for (const name of ['backup.sh', 'redis-snapshot.sh']) {
    await copyFile(join(CONTEXT, name), join(scripts, name));
    await chmod(join(scripts, name), 0o644);
  }
  return scripts;
}

/** One service of libpq, with its password. */
function serviceOf(postgres: InstalledPostgres, database: string): string {
  const url = new URL(postgres.url(database));
  return [
    '[gatehouse]',
    `host=${url.hostname}`,
    `port=${url.port}`,
    `dbname=${database}`,
    `user=${url.username}`,
    `password=${url.password}`,
  ].join('\n');
}
