/**
 * An upgrade as `docs/upgrading.md` tells it, and the way back, while people go on: the next release
 * migrates, takes the place of this one replica by replica, and gives it back.
 */
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase } from '../../storage/postgres/database.ts';
import { queryOne } from '../../storage/postgres/query.ts';
import { fetchThrough } from '../fetch-through.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { createRelyingParty, signIn } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';
import { rawRequest } from '../serve-app.ts';
import { makeNextRelease, NEXT_MIGRATION, NEXT_VERSION } from '../upgrade/next-release.ts';
import type { Fleet, Release } from './fleet.ts';

const TRAVELLER = { identifier: 'traveller', password: 'a long way from here' };
const SECRET = 'traveller-secret-traveller-secret-12';
const REDIRECT_URI = 'http://localhost:9/travelled';
/** Flows that one person goes through while two releases serve. */
const FLOWS = 5;
const POLL_MS = 100;
/** Of a backup that goes on after the migrations have come upon it. */
const BACKUP_MS = 5000;

const TRAVELS = {
  slug: 'default',
  name: 'Replicas',
  applications: [
    {
      key: 'travels',
      name: 'Travels',
      clients: [
        {
          client_id: 'travels',
          client_secret: { value: SECRET },
          redirect_uris: [REDIRECT_URI],
          grant_types: ['authorization_code', 'refresh_token'],
        },
      ],
    },
  ],
  accounts: [{ username: TRAVELLER.identifier, password: { value: TRAVELLER.password } }],
};

/** Upgrades a fleet of three under load, and goes back. */
export async function upgradeAndGoBack(fleet: Fleet): Promise<void> {
  const next = await makeNextRelease();
  const newer: Release = { main: next.main };
  const [first, second, third] = [0, 1, 2];
  try {
    const migrating = await duringBackup(fleet, () => next.cli(fleet.cli.environment, 'migrate'));
    assert.match(await migrating.output, new RegExp(NEXT_MIGRATION));
    await applySeed(fleet);

    await roll(fleet, first, newer);
    await travel(fleet, [first, second]);
    // One of the old release is restarted, on a schema that is newer than it.
    await roll(fleet, second);
    assert.match(fleet.output(), /a newer release has migrated the database/);
    await travel(fleet, [second, first]);
    await roll(fleet, second, newer);
    await roll(fleet, third, newer);
    await travel(fleet, [first, third]);

    // What a job of the old release does before its replicas come back.
    const { code, stdout } = await fleet.cli.run('migrate');
    assert.equal(code, 0);
    assert.match(stdout, /Nothing was changed/);
    await roll(fleet, third);
    await travel(fleet, [third, first]);
    await roll(fleet, second);
    await roll(fleet, first);
    await travel(fleet, [first, second]);
    await checkBothHaveWritten(fleet);
  } finally {
    await next.remove();
  }
}

/**
 * Begins to migrate while a backup holds every table, as a reader, and ends the backup a while after
 * the migrations have come upon it.
 *
 * @returns what `migrate` will have printed
 */
async function duringBackup(fleet: Fleet, migrate: () => Promise<string>) {
  const db = connect(fleet, 2);
  const reading = await db.transaction();
  try {
    await reading.raw('lock table accounts, artifacts, audit_events, clients in access share mode');
    const output = migrate();
    // Whoever asks for it hears of a failure; until then there is nobody.
    output.catch(() => undefined);
    const isWaiting = async () => {
      const { rows } = await db.raw(
        `select 1 from pg_locks where mode = 'AccessExclusiveLock' and not granted`,
      );
      return rows.length > 0;
    };
    await pollUntil(isWaiting, { deadlineMs: 30_000 });
    await delay(BACKUP_MS);
    return { output };
  } finally {
    await reading.rollback();
    await db.destroy();
  }
}

/** Stops the replica of a place in order, and starts another there. */
async function roll(fleet: Fleet, index: number, release?: Release): Promise<void> {
  const replica = fleet.replicas[index];
  assert.ok(replica);
  await stopInOrder(replica.port, () => replica.process.child.kill('SIGTERM'), fleet);
  assert.equal(await replica.process.ended(), 0);
  await fleet.start(index, release);
  // Ready is whoever can serve at once.
  assert.equal(await discovery(fleet, replica.port), 200);
}

/**
 * Sees to it that a replica says first that it is not ready, serves everything for as long as
 * `SHUTDOWN_DELAY_SECONDS` says, and only then takes no more.
 */
async function stopInOrder(port: number, stop: () => void, fleet: Fleet): Promise<void> {
  const delayMs = Number(fleet.cli.environment.SHUTDOWN_DELAY_SECONDS) * 1000;
  const from = performance.now();
  stop();
  const seen: { ready: number | undefined; served: number | undefined; at: number }[] = [];
  for (;;) {
    const ready = await statusOf(port, '/health/ready');
    const served = await discovery(fleet, port);
    const at = performance.now() - from;
    seen.push({ ready, served, at });
    if (served === undefined) break;
    assert.equal(served, 200, `${JSON.stringify(seen)}`);
    await delay(POLL_MS);
  }
  const unready = seen.findIndex(({ ready }) => ready === 503);
  const story = JSON.stringify(seen);
  assert.ok(unready >= 0, `never said that it was not ready: ${story}`);
  assert.ok(
    seen.slice(unready).every(({ ready }) => ready !== 200),
    `was ready again: ${story}`,
  );
  const closed = seen.at(-1)?.at ?? 0;
  assert.ok(closed >= delayMs - POLL_MS, `closed after ${closed} ms: ${story}`);
}

function discovery(fleet: Fleet, port: number): Promise<number | undefined> {
  const { host } = new URL(fleet.publicUrl);
  return statusOf(port, '/.well-known/openid-configuration', { host });
}

/** @returns undefined when no connection is to be had */
function statusOf(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<number | undefined> {
  return rawRequest(port, { path, headers }).then(
    ({ status }) => status,
    () => undefined,
  );
}

async function applySeed(fleet: Fleet): Promise<void> {
  const seed = async (...files: string[]) => {
    const { code, stderr } = await fleet.cli.run('seed', 'apply', ...files);
    assert.equal(code, 0, stderr);
  };
  await seedMore({ seed }, TRAVELS);
}

/** Whole flows, each request of which goes to another of these replicas than the one before. */
async function travel(fleet: Fleet, places: readonly number[]): Promise<void> {
  const ways = places.map((index) => {
    const replica = fleet.replicas[index];
    assert.ok(replica);
    return fetchThrough(replica.port, { 'x-forwarded-for': '127.0.3.1' });
  });
  let sent = 0;
  const alternately: typeof fetch = (input, init) => {
    const way = ways[sent % ways.length];
    sent += 1;
    assert.ok(way);
    return way(input, init);
  };
  const party = await createRelyingParty({
    issuer: fleet.publicUrl,
    clientId: 'travels',
    secret: SECRET,
    redirectUri: REDIRECT_URI,
    scope: 'openid offline_access',
    fetch: alternately,
  });
  const stopAt = (url: string) => url.startsWith(REDIRECT_URI);
  for (let flow = 0; flow < FLOWS; flow += 1) {
    const browser = createPlainBrowser({ stopAt, fetch: alternately });
    let tokens = await signIn(browser, party, TRAVELLER, { prompt: 'consent' });
    assert.ok(tokens.id_token);
    await party.verify(tokens.id_token, 'travels');
    // Odd, so that the next one begins at the other replica.
    for (let times = 0; times < 3; times += 1) {
      assert.ok(tokens.refresh_token);
      tokens = { ...tokens, ...(await party.refresh(tokens.refresh_token)) };
    }
    const back = await party.begin({ prompt: 'none' });
    const arrived = await browser.open(back.url.href);
    assert.match(arrived.url, /[?&]code=/);
    await back.redeem(arrived.url);
  }
}

async function checkBothHaveWritten(fleet: Fleet): Promise<void> {
  const db = connect(fleet);
  try {
    const wrote = await queryOne<{ older: number; newer: number }>(
      db,
      `select count(*) filter (where release is null)::int as older,
              count(*) filter (where release = ?)::int as newer
         from audit_events`,
      [NEXT_VERSION],
    );
    assert.ok(wrote && wrote.older > 0 && wrote.newer > 0, JSON.stringify(wrote));
  } finally {
    await db.destroy();
  }
}

/** Past the door, as the owner. */
function connect(fleet: Fleet, poolMax = 1) {
  return createDatabase({
    url: fleet.database.url,
    poolMax,
    acquireTimeoutMs: 10_000,
    statementTimeoutMs: 10_000,
  });
}
