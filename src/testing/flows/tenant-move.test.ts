import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { ACR_MULTI_FACTOR, ACR_PHISHING_RESISTANT } from '../../accounts/acr.ts';
import { PASSKEY_FIELD } from '../../interactions/pages/passkey-form.ts';
import { type AuthenticatorApp, setUpApp } from '../authenticator-app.ts';
import { createTestCli, type TestCli } from '../cli.ts';
import { fetchThrough } from '../fetch-through.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createPlainBrowser, type PlainBrowser, type PlainPage } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { createRelyingParty, type RelyingParty, signIn } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';
import { createSoftAuthenticator } from '../soft-authenticator.ts';

const CLI = fileURLToPath(new URL('../../cli/cli.ts', import.meta.url));
const ISSUER = 'https://login.hooli.example';
const STEP_MS = 30_000;
const PASSPHRASE = 'a passphrase that only this test knows';
const PORTAL = {
  clientId: 'portal-web',
  secret: 'the-secret-of-the-portal-in-this-test',
  redirectUri: 'http://localhost:8082/callback',
};
const PASSWORD = 'the-password-of-everybody-1';
/** So many that a command can be ended in the middle of them. */
const CROWD = 20_000;
const HOOLI = {
  slug: 'hooli',
  name: 'Hooli',
  issuer: ISSUER,
  applications: [
    {
      key: 'portal',
      firstParty: true,
      roles: [{ key: 'member' }],
      clients: [
        {
          client_id: PORTAL.clientId,
          client_secret: { value: PORTAL.secret },
          redirect_uris: [PORTAL.redirectUri],
          grant_types: ['authorization_code', 'refresh_token'],
        },
      ],
    },
  ],
  accounts: ['alice', 'tom', 'kay'].map((username) => ({
    username,
    password: { value: PASSWORD },
    roles: ['portal:member'],
  })),
};

/** A deployment behind a proxy of its own, which brings the tenant's host to it. */
interface Site {
  readonly deployment: TestDeployment;
  readonly cli: TestCli;
  readonly send: typeof fetch;
}

async function startSite(publicUrl: string, now: () => Date): Promise<Site> {
  const env = { PUBLIC_URL: publicUrl, TRUSTED_PROXIES: '127.0.0.1/32' };
  const deployment = await startDeployment({ env, now, store: 'redis' });
  const { databaseUrl, environment, replicas } = deployment;
  const port = Number(new URL(replicas[0]?.url ?? '').port);
  const from = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '198.51.100.7' };
  return {
    deployment,
    cli: createTestCli({ databaseUrl, environment }),
    send: fetchThrough(port, from),
  };
}

const partyAt = (site: Site) => createRelyingParty({ issuer: ISSUER, ...PORTAL, fetch: site.send });
const browserAt = (site: Site) =>
  createPlainBrowser({
    fetch: site.send,
    stopAt: (url) => !url.startsWith(`${ISSUER}/`),
  });
const optionsOn = (page: PlainPage) => {
  const form = page.document.querySelector('form[data-passkey]');
  return JSON.parse(form?.getAttribute('data-options') ?? '{}');
};
const person = (identifier: string) => ({ identifier, password: PASSWORD });

async function typePassword(site: Site, identifier: string, parameters = {}) {
  const party = await partyAt(site);
  const browser: PlainBrowser = browserAt(site);
  const request = await party.begin(parameters);
  const page = await browser.open(request.url.href);
  const next = await browser.submit(page, person(identifier), { action: '/sign-in' });
  return { browser, request, page: next };
}

describe('a tenant that moves to another deployment', () => {
  let directory: string;
  let there: Site;
  let here: Site;
  let archive: string;
  let passphraseFile: string;
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const device = createSoftAuthenticator({ origin: ISSUER });
  let app: AuthenticatorApp;
  let recoveryCodes: string[];
  let keys: JSONWebKeySet;
  let idToken: string;
  let refreshToken: string;
  let rotatedToken: string;
  let revokedToken: string;
  const subjects = new Map<string, string | undefined>();

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatehouse-move-'));
    archive = join(directory, 'hooli.tenant');
    passphraseFile = join(directory, 'passphrase');
    await writeFile(passphraseFile, `${PASSPHRASE}\n`, { mode: 0o600 });
    there = await startSite('https://login.there.example', now);
    here = await startSite('https://login.here.example', now);
    await seedMore(there.deployment, HOOLI);
    await there.deployment.replicas[0]?.gatehouse.feed.lookNow();
    await livesThere();
    await there.deployment.backends.db.raw(
      `insert into accounts (tenant_id, id, username, username_key)
       select id, 'n' || n, 'n' || n, 'n' || n from tenants, generate_series(1, ?) n
        where slug = 'hooli'`,
      [CROWD],
    );
  });
  after(async () => {
    await there?.deployment.stop();
    await here?.deployment.stop();
    await rm(directory, { recursive: true });
  });

  /** What everybody has and does before the move. */
  async function livesThere(): Promise<void> {
    const party = await partyAt(there);
    const offline = { scope: 'openid offline_access', prompt: 'consent' };
    const alice = await signIn(browserAt(there), party, person('alice'), offline);
    subjects.set('alice', alice.claims()?.sub);
    idToken = alice.id_token ?? '';
    rotatedToken = alice.refresh_token ?? '';
    refreshToken = (await party.refresh(rotatedToken)).refresh_token ?? '';
    const other = await signIn(browserAt(there), party, person('alice'), offline);
    revokedToken = other.refresh_token ?? '';
    await client.tokenRevocation(party.config, revokedToken);

    const toms = await typePassword(there, 'tom', { acr_values: ACR_MULTI_FACTOR });
    const set = await setUpApp(toms.browser, toms.page, now);
    ({ app, recoveryCodes } = set);
    subjects.set('tom', (await toms.request.redeem(set.next.url)).claims()?.sub);
    ahead += STEP_MS;

    const kays = await typePassword(there, 'kay', { acr_values: ACR_PHISHING_RESISTANT });
    const fields = { [PASSKEY_FIELD]: device.create(optionsOn(kays.page)), name: 'Laptop' };
    const codes = await kays.browser.submit(kays.page, fields, { action: '/new-factor' });
    const arrived = await kays.browser.submit(codes, {}, { action: '/recovery-codes' });
    subjects.set('kay', (await kays.request.redeem(arrived.url)).claims()?.sub);
    keys = await (await there.send(`${ISSUER}/jwks`)).json();
  }

  const answers = async (site: Site) =>
    (await site.send(`${ISSUER}/.well-known/openid-configuration`)).status;
  const importing = (...more: string[]) =>
    here.cli.run('tenant', 'import', archive, '--passphrase-file', passphraseFile, ...more);
  const rowsHere = async () => {
    const tables = ['tenants', 'accounts', 'clients', 'signing_keys', 'tenant_imports'];
    const { db } = here.deployment.backends;
    return Promise.all(tables.map(async (table) => Number((await db(table).count())[0]?.count)));
  };

  it('is disabled, and written into a file that shows nothing', async () => {
    const disabled = await there.cli.run('tenant', 'disable', 'hooli');
    assert.match(disabled.stdout, /^Tenant hooli is disabled\.$/m);
    await there.deployment.replicas[0]?.gatehouse.feed.lookNow();
    assert.equal(await answers(there), 421);

    const options = ['-o', archive, '--passphrase-file', passphraseFile];
    const written = await there.cli.run('tenant', 'export', 'hooli', ...options);
    assert.equal(written.code, 0, written.stderr);
    assert.match(written.stdout, /accounts +20003/);
    assert.match(written.stdout, /It is disabled, so nothing has changed since\./);
    assert.equal((await stat(archive)).mode & 0o777, 0o600);

    const bytes = await readFile(archive);
    const { db } = there.deployment.backends;
    const hashes = await db('passwords').pluck('hash');
    const codes = await db('recovery_codes').pluck('digest');
    for (const secret of [...hashes, ...codes, app.secret, 'alice', 'hooli', 'argon2id']) {
      assert.ok(!bytes.includes(String(secret)), String(secret).slice(0, 12));
    }
    const again = await there.cli.run('tenant', 'export', 'hooli', ...options);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /is there already; nothing was written/);
  });

  it('is looked at before it is brought here', async () => {
    const rows = await rowsHere();
    const { code, stdout, stderr } = await importing('--dry-run');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /the file is whole/);
    assert.match(stdout, /^Its issuer stays https:\/\/login\.hooli\.example\.$/m);
    assert.match(stdout, /It can be brought here as hooli; nothing was changed\./);
    const taken = await importing('--dry-run', '--as', 'acme');
    assert.equal(taken.code, 1);
    assert.match(taken.stdout, /there is a tenant acme already: give it another slug with --as/);
    assert.equal((await importing('--as', 'acme')).code, 1);
    assert.deepEqual(await rowsHere(), rows);
  });

  it('writes nothing of a file that is cut, changed or of another passphrase', async () => {
    const rows = await rowsHere();
    const bytes = await readFile(archive);
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
    const wrong = join(directory, 'wrong');
    for (const [content, message] of [
      [bytes.subarray(0, bytes.length - 1), /its end is missing/],
      [bytes.subarray(0, 64 * 1024), /./],
      [changed, /the file is damaged/],
      [Buffer.from('{}'), /no file that Gatehouse encrypted/],
    ] as const) {
      await writeFile(wrong, content);
      const options = ['tenant', 'import', wrong, '--passphrase-file', passphraseFile];
      const { code, stderr } = await here.cli.run(...options);
      assert.equal(code, 1);
      assert.match(stderr, message);
    }
    await writeFile(wrong, 'another passphrase of this test');
    const options = ['tenant', 'import', archive, '--passphrase-file', wrong];
    const { code, stderr } = await here.cli.run(...options);
    assert.equal(code, 1);
    assert.match(stderr, /^error: the passphrase is another one, or the file is damaged$/m);
    assert.deepEqual(await rowsHere(), rows);
  });

  it('is nobody’s until all of it is here, however often that is interrupted', async () => {
    const { db } = here.deployment.backends;
    const command = ['tenant', 'import', archive, '--passphrase-file', passphraseFile];
    const child = spawn(process.execPath, [CLI, ...command], {
      env: { PATH: process.env.PATH, ...here.deployment.environment },
      stdio: 'ignore',
    });
    const ended = once(child, 'close');
    const progress = async () => Number((await db('tenant_imports').first('rows'))?.rows ?? 0);
    await pollUntil(async () => (await progress()) > 1000, { deadlineMs: 60_000, everyMs: 1 });
    child.kill('SIGKILL');
    await ended;
    const written = await progress();
    assert.ok(written > 1000 && written < CROWD, String(written));
    await here.deployment.replicas[0]?.gatehouse.feed.lookNow();
    assert.equal(await answers(here), 421);

    const enabled = await here.cli.run('tenant', 'enable', 'hooli');
    assert.equal(enabled.code, 1);
    assert.match(enabled.stderr, /its import has not come to its end/);
    const anew = await importing();
    assert.equal(anew.code, 64);
    assert.match(
      anew.stderr,
      /was interrupted after \d+ rows: --resume goes on, --discard removes/,
    );
  });

  it('can be given up, and begun anew', async () => {
    const { db } = here.deployment.backends;
    const discarded = await importing('--discard');
    assert.equal(discarded.code, 0, discarded.stderr);
    assert.deepEqual(await db('tenants').where({ slug: 'hooli' }), []);
    assert.equal(Number((await db('accounts').where('id', 'n1').count())[0]?.count), 0);
    assert.equal((await importing('--resume')).code, 64);
  });

  it('comes whole, without a row too many', async () => {
    const { db } = here.deployment.backends;
    const command = ['tenant', 'import', archive, '--passphrase-file', passphraseFile];
    const child = spawn(process.execPath, [CLI, ...command], {
      env: { PATH: process.env.PATH, ...here.deployment.environment },
      stdio: 'ignore',
    });
    const ended = once(child, 'close');
    const progress = async () => Number((await db('tenant_imports').first('rows'))?.rows ?? 0);
    await pollUntil(async () => (await progress()) > 1000, { deadlineMs: 60_000, everyMs: 1 });
    child.kill('SIGKILL');
    await ended;

    const resumed = await importing('--resume');
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(resumed.stdout, /^Tenant hooli is here, and enabled\.$/m);
    const tenant = await here.deployment.backends.tenants.findBySlug('hooli');
    const accounts = await db('accounts').where({ tenant_id: tenant?.id }).count();
    assert.equal(Number(accounts[0]?.count), CROWD + 3);
    assert.deepEqual(await db('tenant_imports'), []);
    await here.deployment.replicas[0]?.gatehouse.feed.lookNow();
    assert.equal(await answers(here), 200);
    await pollUntil(async () => canSignIn('alice'), { deadlineMs: 10_000 });

    const twice = await importing();
    assert.equal(twice.code, 1);
    assert.match(twice.stderr, /there is a tenant hooli already.*another tenant has the host/);
  });

  async function canSignIn(identifier: string): Promise<boolean> {
    const party: RelyingParty = await partyAt(here);
    const { claims } = await signIn(browserAt(here), party, person(identifier));
    return claims()?.sub === subjects.get(identifier);
  }

  it('signs with the keys that it had', async () => {
    const set: JSONWebKeySet = await (await here.send(`${ISSUER}/jwks`)).json();
    const kids = (one: JSONWebKeySet) => one.keys.map(({ kid }) => kid).sort();
    assert.deepEqual(kids(set), kids(keys));
    const expected = { issuer: ISSUER, audience: PORTAL.clientId };
    await jwtVerify(idToken, createLocalJWKSet(set), expected);
    const fresh = await signIn(browserAt(here), await partyAt(here), person('alice'));
    await jwtVerify(fresh.id_token ?? '', createLocalJWKSet(keys), expected);
  });

  it('knows its people by their passwords, and hashes them anew', async () => {
    const { db } = here.deployment.backends;
    const hashOf = async () =>
      (
        await db('passwords')
          .join('accounts', 'accounts.id', 'passwords.account_id')
          .where({ username_key: 'kay' })
          .first('hash')
      )?.hash as string;
    const before = await hashOf();
    const { page } = await typePassword(here, 'kay');
    assert.ok(page.document.querySelector('form[data-passkey]'), page.text);
    await pollUntil(async () => (await hashOf()) !== before, { deadlineMs: 10_000 });
    assert.ok((await typePassword(here, 'kay')).page.document.querySelector('form[data-passkey]'));
    const wrong = await browserAt(here).open((await (await partyAt(here)).begin()).url.href);
    assert.equal(wrong.status, 200);
  });

  it('knows them by their authenticator apps, recovery codes and passkeys', async () => {
    ahead += STEP_MS;
    const asked = { acr_values: ACR_MULTI_FACTOR };
    const byApp = await typePassword(here, 'tom', asked);
    const code = { code: app.code() };
    const arrived = await byApp.browser.submit(byApp.page, code, { action: '/second-factor' });
    const claims = (await byApp.request.redeem(arrived.url)).claims();
    assert.equal(claims?.sub, subjects.get('tom'));
    assert.equal(claims?.acr, ACR_MULTI_FACTOR);

    const byCode = await typePassword(here, 'tom', asked);
    const choice = { action: '/factor', button: 'recovery_code' };
    const page = await byCode.browser.submit(byCode.page, {}, choice);
    const [first = ''] = recoveryCodes;
    const used = await byCode.browser.submit(page, { code: first }, { action: '/second-factor' });
    assert.equal((await byCode.request.redeem(used.url)).claims()?.sub, subjects.get('tom'));

    const browser = browserAt(here);
    const request = await (await partyAt(here)).begin();
    const form = await browser.open(request.url.href);
    const answer = { [PASSKEY_FIELD]: device.get(optionsOn(form)) };
    const entered = await browser.submit(form, answer, { action: '/passkey' });
    assert.equal((await request.redeem(entered.url)).claims()?.sub, subjects.get('kay'));
  });

  it('refreshes what its applications hold, and nothing that was used up or revoked', async () => {
    const party = await partyAt(here);
    await assert.rejects(party.refresh(revokedToken), { error: 'invalid_grant' });
    const next = await party.refresh(refreshToken);
    assert.ok(next.refresh_token);
    const again = await party.refresh(next.refresh_token ?? '');
    assert.ok(again.access_token);
    await assert.rejects(party.refresh(rotatedToken), { error: 'invalid_grant' });
  });

  it('still opens when the sealing key of here is another one', async () => {
    const events = await here.cli.json('audit', 'list', '--kind', 'tenant.imported');
    assert.deepEqual(
      events.map(({ detail }: { detail: { from: string } }) => detail.from),
      [ISSUER],
    );
    const [left] = (await here.cli.json('keys', 'reseal', '--dry-run')).kinds.filter(
      ({ unreadable }: { unreadable: number }) => unreadable > 0,
    );
    assert.equal(left, undefined);
  });
});
