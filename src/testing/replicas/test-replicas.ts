/**
 * `npm run test:replicas [NAME…]`: three replicas behind nginx, under a load of whole flows, while
 * one thing after another goes wrong. It prints what clients noticed, and fails when that is more
 * than they may.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { FAULTS, type Fault } from './faults.ts';
import { type Fleet, type FleetOptions, startFleet } from './fleet.ts';
import { KEY_FAULTS } from './key-faults.ts';
import { type Harm, type People, sendPeople } from './people.ts';
import { printReport, type Row } from './report.ts';
import { createSampler, type Sample, stretchOf } from './samples.ts';

const REPLICAS = 3;
const PEOPLE = 16;
const THINK_MS = 250;
/** Milliseconds of quiet before a fault, and after it is over. */
const CALM_MS = 3000;
const PASSWORD = 'replicas-password-1';
const SECRET = 'replicas-secret-replicas-secret-1234';
/** Replicas whose keys live for seconds, and which reach clients on loopback. */
const SHORT_KEYS = {
  release: { main: fileURLToPath(new URL('short-keys.ts', import.meta.url)) },
  env: { OUTBOUND_ALLOW: '127.0.0.0/8' },
};
const REDIRECT_URI = 'http://localhost:9/callback';

function seedOf(usernames: readonly string[]): string {
  return stringify({
    version: 1,
    tenants: [
      {
        slug: 'default',
        name: 'Replicas',
        applications: [
          {
            key: 'shop',
            name: 'Shop',
            clients: [
              {
                client_id: 'shop',
                client_secret: { value: SECRET },
                redirect_uris: [REDIRECT_URI],
                grant_types: ['authorization_code', 'refresh_token'],
              },
            ],
          },
        ],
        accounts: usernames.map((username) => ({ username, password: { value: PASSWORD } })),
      },
    ],
  });
}

async function tryFault(
  fault: Fault,
  fleet: Fleet,
  people: People,
  samples: readonly Sample[],
): Promise<Row> {
  const { harm } = people;
  const before = { ...harm };
  const calmFrom = performance.now();
  await delay(CALM_MS);
  people.expectNewSignIns(fault.losesSessions ?? false);
  const from = performance.now();
  const problem = await fault.happen(fleet).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (problem !== undefined) harm.what.push(`${fault.name}: ${problem}`);
  const to = performance.now();
  await delay(CALM_MS);
  people.expectNewSignIns(false);
  const end = performance.now();
  const seen = {
    before: stretchOf(samples, calmFrom, from),
    during: stretchOf(samples, from, to + CALM_MS / 2),
    after: stretchOf(samples, to + CALM_MS / 2, end),
  };
  const lost =
    harm.signedOut - before.signedOut + harm.stuck - before.stuck + harm.refused - before.refused;
  const duplicated = harm.duplicated - before.duplicated;
  // A load that has come to a stop sees nothing fail, and proves nothing.
  const isServed = seen.during.requests > 0 && seen.after.p50 > 0;
  const held = isServed && fault.isWithin(seen, PEOPLE) && lost === 0 && duplicated === 0;
  const passed = held && problem === undefined;
  return { fault: fault.name, allowed: fault.allowed, ...seen, lost, duplicated, passed };
}

/** What was tried on one fleet. */
interface Tried {
  readonly rows: readonly Row[];
  readonly harm: Harm;
}

/** Starts a fleet, has people use it, and lets one thing after another go wrong. */
async function tryAll(faults: readonly Fault[], options: FleetOptions): Promise<Tried> {
  const fleet = await startFleet(options);
  try {
    const { fetchFrom, samples } = createSampler();
    const people = await sendPeople({
      issuer: fleet.publicUrl,
      persons: usernames.map((identifier) => ({ identifier, password: PASSWORD })),
      clientId: 'shop',
      secret: SECRET,
      redirectUri: REDIRECT_URI,
      fetchFrom,
      thinkMs: THINK_MS,
    });
    const rows: Row[] = [];
    for (const fault of faults) {
      const since = performance.now();
      const row = await tryFault(fault, fleet, people, samples);
      rows.push(row);
      const seconds = Math.round((performance.now() - since) / 1000);
      process.stdout.write(`${row.passed ? 'held' : 'BROKEN'}  ${fault.name} (${seconds} s)\n`);
    }
    await people.stop();
    await people.checkTokens();
    if (rows.some(({ passed }) => !passed)) {
      await printOddAnswers(fleet);
      await printEndedFamilies(fleet);
    }
    return { rows, harm: people.harm };
  } finally {
    await fleet.stop();
  }
}

/**
 * For whoever looks into it: what the balancer answered that is neither success nor "later", and
 * what replicas say of the same requests.
 */
async function printOddAnswers({ nginx, output }: Fleet): Promise<void> {
  const said = output().split('\n');
  for (const line of await nginx.accessLog()) {
    if (!/"status":5(?!03)/.test(line)) continue;
    const { request_id: id } = JSON.parse(line);
    const same = said.filter((one) => one.includes(id));
    process.stdout.write(`odd: ${[line, ...same].join('\n     ')}\n`);
  }
}

/** What was taken for theft, with all that the deployment says of the request. Nobody here steals. */
async function printEndedFamilies({ cli, nginx, output }: Fleet): Promise<void> {
  const kinds = ['authorization_code.replayed', 'refresh_token.reused'];
  const { stdout } = await cli.run('audit', 'list', '--json', '--kind', ...kinds);
  const said = [...(await nginx.accessLog()), ...output().split('\n')];
  for (const event of JSON.parse(stdout)) {
    const same = said.filter((one) => one.includes(event.requestId));
    process.stdout.write(`ended: ${[JSON.stringify(event), ...same].join('\n     ')}\n`);
  }
}

const wanted = process.argv.slice(2);
const isWanted = ({ name }: Fault) =>
  wanted.length === 0 || wanted.some((word) => name.includes(word));
const usernames = Array.from({ length: PEOPLE }, (_, index) => `person-${index}`);
const directory = await mkdtemp(join(tmpdir(), 'gatehouse-replicas-'));
const seed = join(directory, 'seed.yaml');
await writeFile(seed, seedOf(usernames), { mode: 0o600 });
const common = { replicas: REPLICAS, seed };
const groups = [
  { faults: FAULTS.filter(isWanted), options: common },
  { faults: KEY_FAULTS.filter(isWanted), options: { ...common, ...SHORT_KEYS } },
].filter(({ faults }) => faults.length > 0);
if (groups.length === 0) throw new Error(`no such fault: ${wanted.join(', ')}`);
try {
  const tried: Tried[] = [];
  for (const { faults, options } of groups) tried.push(await tryAll(faults, options));
  const rows = tried.flatMap((one) => one.rows);
  const what = tried.flatMap(({ harm }) => harm.what);
  printReport(rows, what);
  process.exitCode = rows.every(({ passed }) => passed) && what.length === 0 ? 0 : 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}
