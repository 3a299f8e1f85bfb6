import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { accountOwnership } from '../compose-account.ts';
import { NotFoundError } from '../errors.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { demoParty, visitor } from '../testing/demo-clients.ts';
import { ALICE, startDeployment, type TestDeployment } from '../testing/gatehouse.ts';
import { signIn } from '../testing/relying-party.ts';

const NOW = new Date();
const EARLIER = new Date(NOW.getTime() - 3_600_000);
const LATER = new Date(NOW.getTime() + 3_600_000);
const SECRETS = {
  seed: 'the-sealed-seed-of-an-authenticator',
  code: 'the-digest-of-a-recovery-code',
  link: 'the-digest-of-a-link',
  browser: 'the-digest-of-a-browser',
  mail: 'the-sealed-words-of-a-message',
};

let deployment: TestDeployment;
let tenant: Tenant;
let accountId: string;
let tokens: Awaited<ReturnType<typeof signIn>>;

before(async () => {
  deployment = await startDeployment();
  const { backends } = deployment;
  const found = await backends.tenants.findBySlug('default');
  const alice = found && (await backends.accounts.findByIdentifier(found.id, 'alice'));
  assert.ok(found && alice);
  tenant = found;
  accountId = alice.account.id;
  const notes = await demoParty(deployment, 'notes-web');
  const browser = visitor(deployment);
  tokens = await signIn(browser, notes, ALICE);

  const { totp, recoveryCodes, browsers, accounts, mail } = backends;
  const id = '7f0f3a52-5f4f-4a58-9d4c-3d5d1b9a4b11';
  const pending = { id, accountId, sealedSeed: SECRETS.seed, bindingDigest: 'b', expiresAt: LATER };
  await totp.savePending(tenant.id, pending);
  await totp.confirm(tenant.id, accountId, { id, name: 'My phone', step: 1 });
  await recoveryCodes.replace(tenant.id, accountId, [SECRETS.code]);
  await browsers.add(tenant.id, {
    accountId,
    digest: SECRETS.browser,
    userAgent: 'Firefox',
    address: '192.0.2.1',
    createdAt: NOW,
    expiresAt: LATER,
  });
  await accounts.createOneTimeLink(tenant.id, {
    accountId,
    purpose: 'reset_password',
    digest: SECRETS.link,
    expiresAt: LATER,
  });
  await mail.outbox.add(tenant.id, {
    id: '01970000-0000-7000-8000-000000000001',
    name: 'sign_in_code',
    accountId,
    language: 'en',
    recipient: 'alice@example.com',
    status: 'queued',
    problem: undefined,
    sealedContent: SECRETS.mail,
    createdAt: NOW,
    giveUpAt: LATER,
    expiresAt: LATER,
  });
});
after(() => deployment.stop());

async function download(who = accountId) {
  const { backends } = deployment;
  const own = accountOwnership({ backends, audit: backends.audit, now: () => NOW });
  const by = { actor: { type: 'account', id: who }, address: '192.0.2.9' } as const;
  const data = await own.exportData(tenant, { accountId: who, by });
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into a document
  return { data, document: JSON.parse(JSON.stringify(data)) as any };
}

describe('what a person downloads', () => {
  it('is everything that is stored of their account', async () => {
    const { document } = await download();
    assert.equal(document.format, 'gatehouse-account/1');
    assert.equal(document.exportedAt, NOW.toISOString());
    assert.equal(document.account.id, accountId);
    assert.equal(document.account.username, 'alice');
    assert.equal(document.claims.sub, accountId);
    assert.deepEqual(document.groups, ['staff']);
    assert.ok(document.roles.includes('notes:editor'), document.roles);
    assert.ok(document.password.changedAt);
    assert.equal(document.secondFactors.authenticatorApp.name, 'My phone');
    assert.equal(document.secondFactors.recoveryCodesLeft, 1);
    assert.deepEqual([document.passkeys, document.identities], [[], []]);
    assert.equal(document.rememberedBrowsers[0].address, '192.0.2.1');
    assert.equal(document.links[0].purpose, 'reset_password');
    assert.deepEqual(document.sessions[0].clientIds, ['notes-web']);
    assert.equal(document.sessions[0].lastSeen.address, '127.0.0.1');
    assert.equal(document.consents[0].clientId, 'notes-web');
    assert.ok(document.consents[0].scopes.includes('email'));
    const [application] = document.applications;
    assert.deepEqual([application.clientId, application.name], ['notes-web', 'Notes']);
    assert.equal(document.messages[0].recipient, 'alice@example.com');
    const kinds: string[] = document.events.map(({ kind }: { kind: string }) => kind);
    assert.ok(kinds.includes('sign_in.succeeded') && kinds.includes('consent.granted'), `${kinds}`);
    assert.ok(!kinds.includes('token.issued'));
  });

  it('signs nobody in: no secret, no digest, no token, no id of a session', async () => {
    const { document } = await download();
    const text = JSON.stringify(document);
    const { rows } = await deployment.backends.db.raw<{ rows: Record<string, string>[] }>(
      `select p.hash, a.key, a.payload->>'uid' as uid from passwords p
         join artifacts a on a.account_id = p.account_id where p.account_id = ?`,
      [accountId],
    );
    const stored = rows.flatMap((row) => Object.values(row)).filter((value) => value !== null);
    assert.ok(stored.length > 4);
    const handed = [tokens.access_token, tokens.refresh_token ?? '', tokens.id_token ?? ''];
    for (const secret of [...Object.values(SECRETS), ...stored, ...handed]) {
      assert.ok(!text.includes(secret), secret);
    }
  });

  it('has the members that its document explains, in that order', async () => {
    const { data } = await download();
    const text = readFileSync(new URL('../../docs/account-data.md', import.meta.url), 'utf8');
    const explained = [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, member]) => member);
    assert.deepEqual(Object.keys(data), explained);
  });

  it('is theirs alone, and audited', async () => {
    const { backends } = deployment;
    const bob = await backends.accounts.findByIdentifier(tenant.id, 'bob');
    const { document } = await download(bob?.account.id);
    assert.ok(!JSON.stringify(document).includes('alice'));
    assert.deepEqual([document.sessions, document.consents, document.messages], [[], [], []]);
    assert.deepEqual(
      document.events.map(({ kind }: { kind: string }) => kind),
      ['account.created'],
    );
    const own = accountOwnership({ backends, audit: backends.audit, now: () => NOW });
    const acme = await backends.tenants.findBySlug('acme');
    assert.ok(acme);
    const by = { actor: { type: 'account', id: accountId } } as const;
    await assert.rejects(own.exportData(acme, { accountId, by }), NotFoundError);
    const kinds = ['account.data_exported'] as const;
    const events = await backends.audit.list({ tenantId: tenant.id, kinds, limit: 10 });
    const [last] = events.filter(({ actor }) => actor.id === bob?.account.id);
    assert.deepEqual(last?.subject, { type: 'account', id: bob?.account.id });
    assert.ok(EARLIER < (last?.at ?? EARLIER));
  });
});
