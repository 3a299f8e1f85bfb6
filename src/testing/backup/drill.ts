/**
 * `npm run drill:backup`: a backup is made while people sign in, the database is wrecked, and a copy
 * is restored over an empty Redis. It prints what had to hold, and fails when something did not.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createTestCli } from '../cli.ts';
import { freePort } from '../free-port.ts';
import { startInstalledPostgres } from '../installed-postgres.ts';
import { startTestRedis } from '../redis.ts';
import { sendPeople } from '../replicas/people.ts';
import { createSampler, stretchOf } from '../replicas/samples.ts';
import { startServerProcess } from '../server-process.ts';
import { createWitnesses, SHOP } from './drill-witnesses.ts';
import { createLedger } from './ledger.ts';
import { backupScripts } from './scripts.ts';

const PEOPLE = 8;
/** Rows that give the dump something to do. */
const CROWD = 20_000;
/** Milliseconds after which the drill gives up. */
const LONGEST_MS = 3 * 60_000;

const givenUp = setTimeout(() => {
  process.stderr.write('the drill took longer than 3 minutes\n');
  process.exit(1);
}, LONGEST_MS);
givenUp.unref();

const ledger = createLedger();
const home = await mkdtemp(join(tmpdir(), 'gatehouse-drill-'));
const closers: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })];
try {
  await drill();
} finally {
  for (const close of closers.toReversed()) await close();
}
process.stdout.write(ledger.table());
process.exitCode = ledger.held() ? 0 : 1;

async function drill(): Promise<void> {
  const postgres = await startInstalledPostgres();
  closers.push(() => postgres.stop());
  const scripts = await backupScripts(home, postgres.bin);
  await postgres.createDatabase('gatehouse');
  let redis = await startTestRedis();
  closers.push(() => redis.stop());
  const port = await freePort();
  const publicUrl = `http://localhost:${port}`;
  const environment = {
    NODE_ENV: 'production',
    PUBLIC_URL: publicUrl,
    PORT: String(port),
    TENANT_POLL_SECONDS: '1',
    SHUTDOWN_DELAY_SECONDS: '0',
  };
  const cliOf = (database: string, more: Record<string, string> = {}) =>
    createTestCli({
      databaseUrl: postgres.url(database),
      redisUrl: redis.url,
      environment: { ...environment, ...more },
    });
  const cli = cliOf('gatehouse');
  const operate = async (...command: string[]) => {
    const { code, stderr } = await cli.run(...command);
    if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
  };
  const usernames = Array.from({ length: PEOPLE }, (_, index) => `person-${index}`);
  const seed = join(home, 'seed.yaml');
  const witnesses = createWitnesses({ publicUrl, crowd: usernames });
  await writeFile(seed, witnesses.seed(), { mode: 0o600 });
  await operate('migrate');
  await operate('seed', 'apply', seed);
  await postgres.run(
    'gatehouse',
    `insert into accounts (tenant_id, id, username, username_key)
     select id, 'n' || n, 'n' || n, 'n' || n from tenants, generate_series(1, ${CROWD}) n
      where slug = 'default'`,
  );
  const before = await startServerProcess({ env: { ...cli.environment } });
  closers.push(async () => {
    before.child.kill('SIGKILL');
    await before.ended();
  });
  await before.untilReady();
  await witnesses.arrive();
  const { fetchFrom, samples } = createSampler();
  const people = await sendPeople({
    issuer: publicUrl,
    persons: usernames.map((identifier) => ({ identifier, password: SHOP.password })),
    ...SHOP,
    fetchFrom,
    thinkMs: 20,
  });

  const from = performance.now();
  const backup = await scripts.run('backup', postgres.variables('gatehouse'));
  const to = performance.now();
  const during = stretchOf(samples, from, to);
  ledger.note(
    'a backup is made while people sign in and refresh',
    `${Math.round(to - from)} ms, ${during.requests} requests, ${Object.keys(during.failed).length} failed`,
    backup.code === 0 && during.requests > 0 && Object.keys(during.failed).length === 0,
    backup.stderr,
  );
  const [dump = ''] = await scripts.dumps();
  const manifest = dump.replace('.dump.age', '.manifest');

  await witnesses.goOn();
  await writeFile(seed, witnesses.seed('late'), { mode: 0o600 });
  await operate('seed', 'apply', seed);
  await people.stop();
  ledger.note(
    'nobody was harmed by it',
    `${people.harm.what.length} harmed`,
    people.harm.what.length === 0,
  );
  before.child.kill('SIGTERM');
  await before.ended();

  // The wreck: the database is gone, and Redis with it.
  await postgres.dropDatabase('gatehouse');
  await redis.stop();
  redis = await startTestRedis({ port: redis.port });
  await postgres.createDatabase('restored');
  const target = postgres.variables('restored');

  const bytes = await readFile(dump);
  await writeFile(dump, bytes.subarray(0, bytes.length - 100));
  const cut = await scripts.run('restore', target, dump);
  await writeFile(dump, bytes);
  ledger.note('a damaged backup is refused', `exit code ${cut.code}`, cut.code === 1);
  const restoring = performance.now();
  const restored = await scripts.run('restore', target, dump);
  ledger.note(
    'a whole one is restored',
    `${Math.round(performance.now() - restoring)} ms`,
    restored.code === 0,
    restored.stderr,
  );
  const rows = await scripts.run('verify', target, 'rows', manifest);
  ledger.note(
    'it is one moment of the database',
    lastLine(rows.stdout),
    rows.code === 0,
    rows.stderr,
  );

  const keys = { KEY_ENCRYPTION_KEYS: cli.environment.KEY_ENCRYPTION_KEYS ?? '' };
  const restoredCli = cliOf('restored', keys);
  const own = { ...restoredCli.environment };
  const secrets = await scripts.run('verify', own, 'secrets');
  ledger.note(
    'the secrets open what is sealed',
    lastLine(secrets.stdout),
    secrets.code === 0,
    secrets.stdout,
  );
  const other = { ...own, KEY_ENCRYPTION_KEYS: Buffer.alloc(32, 7).toString('base64') };
  const wrong = await scripts.run('verify', other, 'secrets');
  ledger.note('other secrets are found out', `exit code ${wrong.code}`, wrong.code === 1);

  const server = await startServerProcess({ env: own });
  closers.push(async () => {
    server.child.kill('SIGKILL');
    await server.ended();
  });
  await server.untilReady();
  const passwordFile = join(home, 'canary');
  await writeFile(passwordFile, `${SHOP.password}\n`, { mode: 0o600 });
  const canary = {
    CANARY_CLIENT_ID: SHOP.clientId,
    CANARY_REDIRECT_URI: SHOP.redirectUri,
    CANARY_IDENTIFIER: 'canary',
    CANARY_PASSWORD_FILE: passwordFile,
  };
  const service = await scripts.run('verify', canary, 'service', manifest, publicUrl);
  ledger.note(
    'verify.sh finds the service in order',
    lastLine(service.stdout),
    service.code === 0,
    service.stderr,
  );
  await witnesses.testify(ledger);

  const { code, stdout, stderr } = await restoredCli.run('tenant', 'sign-out', 'default', '--yes');
  ledger.note('an operator ends all that came back', stdout.trim(), code === 0, stderr);
  await witnesses.testifySignedOut(ledger);
}

function lastLine(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').replace('held: ', '');
}
