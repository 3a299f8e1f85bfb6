/**
 * Signing keys that rotate by themselves while clients, which keep the JWKS as long as they may,
 * check every ID token, access token and logout token, soon after it was issued and once more just
 * before it expires. Whoever tends the keys is killed in the middle of it, again and again.
 */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { Knex } from 'knex';
import * as client from 'openid-client';
import { stringify } from 'yaml';
import { closeServer } from '../../http/create-http-server.ts';
import { createDatabase } from '../../storage/postgres/database.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { createRelyingParty, type RelyingParty, walkThrough } from '../relying-party.ts';
import { type Fleet, replicaName } from './fleet.ts';
import { WATCHED_LIFETIMES } from './key-times.ts';
import { KeyWatch } from './key-watch.ts';
import { createSampler } from './samples.ts';
import { createStrictVerifiers, type StrictVerifier } from './strict-verifier.ts';

const SLUG = 'rotating';
const API = 'https://api.rotating.example';
const CLIENT_ID = 'watcher';
const SECRET = 'watcher-secret-watcher-secret-1234';
const REDIRECT_URI = 'http://localhost:9/watcher';
const PERSON = { identifier: 'keeper', password: 'keeper-password-of-replicas-1' };
/** Whole lives of keys that are waited for, and how often their keeper is killed meanwhile. */
const WHOLE_LIVES = 6;
export const KILLS = 2;
const DEADLINE_MS = 180_000;
/** How long before its end a token is looked at again. */
const LAST_LOOK_MS = 1500;

/** Rotates until enough keys have lived their whole lives. Throws what it found wrong. */
export async function rotateUnderLoad(fleet: Fleet): Promise<void> {
  const receiver = await startReceiver();
  const db = createDatabase({
    url: fleet.database.url,
    poolMax: 4,
    acquireTimeoutMs: 30_000,
    statementTimeoutMs: 30_000,
  });
  try {
    await seed(fleet, receiver.url);
    await watchRotations(fleet, db, receiver);
  } finally {
    await db.destroy();
    await receiver.stop();
  }
}

async function watchRotations(fleet: Fleet, db: Knex, receiver: Receiver): Promise<void> {
  const { fetchFrom } = createSampler();
  const fetch = fetchFrom('127.0.3.1');
  const issuer = `${fleet.publicUrl}/t/${SLUG}`;
  const verifier = createStrictVerifiers(issuer, `${issuer}/jwks`, fetchFrom);
  const checks = new TokenChecks(verifier);
  receiver.onToken((token) => checks.check(token, CLIENT_ID));
  const party = await createRelyingParty({
    issuer,
    clientId: CLIENT_ID,
    secret: SECRET,
    redirectUri: REDIRECT_URI,
    scope: 'openid offline_access',
    fetch,
    verifier: () => verifier,
  });
  const watch = await KeyWatch.begin(db);
  let going = true;
  const visits = (async () => {
    while (going) await visit(party, fetch, checks);
  })();
  try {
    for (let kills = 0; kills < KILLS; kills += 1) await killKeeper(fleet, db);
    await pollUntil(() => watch.wholeLives(SLUG) >= WHOLE_LIVES, { deadlineMs: DEADLINE_MS });
  } finally {
    going = false;
    await visits;
    await checks.settle();
    await watch.end();
  }
  const problems = [...checks.problems, ...watch.problems()];
  if (checks.codesGone > KILLS) problems.push(`${checks.codesGone} codes were refused`);
  if (receiver.count() === 0) problems.push('no logout token came');
  const { tokens, signers } = checks;
  process.stdout.write(
    `keys: ${tokens} tokens, ${receiver.count()} of them logout tokens, signed with ${signers.size} keys, ${checks.problems.length} refused; ${KILLS} keepers killed; ${watch.summary()}\n`,
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** Looks at every token twice: at once, and just before it expires. */
class TokenChecks {
  readonly problems: string[] = [];
  readonly signers = new Set<string>();
  tokens = 0;
  codesGone = 0;
  readonly #later: Promise<void>[] = [];
  readonly #verifier: StrictVerifier;

  constructor(verifier: StrictVerifier) {
    this.#verifier = verifier;
  }

  /** A code that a killed replica used up before it answered is gone: its person begins anew. */
  async redeemed<T>(tokens: Promise<T>): Promise<T> {
    try {
      return await tokens;
    } catch (error) {
      if (!(error instanceof client.ResponseBodyError && error.error === 'invalid_grant'))
        throw error;
      this.codesGone += 1;
      throw new Error('the code is gone', { cause: error });
    }
  }

  async check(token: string, audience: string): Promise<void> {
    this.tokens += 1;
    this.signers.add(String(decodeProtectedHeader(token).kid));
    await this.#look(token, audience, 'new');
    const { exp = 0 } = decodeJwt(token);
    // Logout tokens live for minutes and are used once, at once.
    const left = exp * 1000 - Date.now() - LAST_LOOK_MS;
    if (left > WATCHED_LIFETIMES.idTokenSeconds * 1000) return;
    this.#later.push(
      delay(Math.max(left, 0)).then(() => this.#look(token, audience, 'about to expire')),
    );
  }

  async settle(): Promise<void> {
    await Promise.all(this.#later);
  }

  async #look(token: string, audience: string, when: string): Promise<void> {
    try {
      await this.#verifier.verify(token, audience);
    } catch (error) {
      const { kid } = decodeProtectedHeader(token);
      this.problems.push(`a token of ${kid}, ${when}, was refused: ${error}`);
    }
  }
}

/** Somebody signs in, their application refreshes and calls an API, and they sign out again. */
async function visit(party: RelyingParty, fetch: typeof globalThis.fetch, checks: TokenChecks) {
  try {
    const browser = createPlainBrowser({ stopAt: (url) => url.startsWith(REDIRECT_URI), fetch });
    const request = await party.begin({ prompt: 'consent', resource: API });
    const page = await walkThrough(browser, request.url, PERSON);
    const first = await checks.redeemed(request.redeem(page.url, { resource: API }));
    const second = await party.refresh(first.refresh_token ?? '', { resource: API });
    const machine = await client.clientCredentialsGrant(party.config, { resource: API });
    for (const { id_token: idToken, access_token: accessToken } of [first, second, machine]) {
      if (idToken !== undefined) await checks.check(idToken, CLIENT_ID);
      await checks.check(accessToken, API);
    }
    const leave = client.buildEndSessionUrl(party.config, { id_token_hint: first.id_token ?? '' });
    const asked = await browser.open(leave.href);
    if (asked.status !== 200) throw new Error(`${asked.status} for the sign-out`);
    await browser.submit(asked, {}, { button: 'logout' });
  } catch (error) {
    // A keeper that is killed takes what it was answering along; the next visit is another one.
    if (error instanceof client.ResponseBodyError && error.status < 500) {
      checks.problems.push(`visit: ${error.error} ${error.error_description}`);
    }
    await delay(200);
  }
}

/**
 * Waits until a replica holds the lock, stops it there, and kills it when PostgreSQL says that it
 * held the lock to the end; then starts it again.
 */
async function killKeeper(fleet: Fleet, db: Knex): Promise<void> {
  let victim = -1;
  await pollUntil(
    async () => {
      victim = await keeper(db);
      const child = fleet.replicas[victim]?.process.child;
      if (child === undefined) return false;
      child.kill('SIGSTOP');
      if ((await keeper(db)) === victim) return child.kill('SIGKILL');
      child.kill('SIGCONT');
      return false;
    },
    { deadlineMs: DEADLINE_MS, everyMs: 5 },
  );
  await fleet.replicas[victim]?.process.ended();
  await fleet.start(victim);
}

/** Index of the replica that tends the keys at this moment; -1: none does. */
async function keeper(db: Knex): Promise<number> {
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted
        and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('gatehouse.key_stages', 0)`,
  );
  return [0, 1, 2].findIndex((index) => replicaName(index) === rows[0]?.name);
}

async function seed(fleet: Fleet, logoutUri: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-rotating-'));
  const path = join(directory, 'rotating.yaml');
  const tenant = {
    slug: SLUG,
    name: 'Rotating',
    settings: { lifetimes: WATCHED_LIFETIMES },
    applications: [
      {
        key: 'vault',
        name: 'Vault',
        audience: API,
        clients: [
          {
            client_id: CLIENT_ID,
            client_secret: { value: SECRET },
            redirect_uris: [REDIRECT_URI],
            grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
            backchannel_logout_uri: logoutUri,
          },
        ],
      },
    ],
    accounts: [{ username: PERSON.identifier, password: { value: PERSON.password } }],
  };
  await writeFile(path, stringify({ version: 1, tenants: [tenant] }), { mode: 0o600 });
  const { code, stderr } = await fleet.cli.run('seed', 'apply', path);
  await rm(directory, { recursive: true });
  if (code !== 0) throw new Error(stderr);
}

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

/** The back-channel logout endpoint of the client. */
async function startReceiver() {
  let listener: (token: string) => Promise<void> = async () => undefined;
  let count = 0;
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    count += 1;
    await listener(new URLSearchParams(Buffer.concat(chunks).toString()).get('logout_token') ?? '');
    res.writeHead(200).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/logout`,
    count: () => count,
    onToken(listen: typeof listener) {
      listener = listen;
    },
    stop: () => closeServer(server),
  };
}
