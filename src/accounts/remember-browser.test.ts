import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createFactorWorld, type FactorWorld } from '../testing/factor-world.ts';
import { copyEverything, searchCopy } from '../testing/search-at-rest.ts';
import {
  forgetBrowsers,
  isRememberedBrowser,
  REMEMBERED_BROWSER_SECONDS,
  rememberBrowser,
} from './remember-browser.ts';
import { resetSecondFactors } from './second-factors.ts';

let database: TestDatabase;
let world: FactorWorld;

before(async () => {
  database = await createTestDatabase();
});

beforeEach(async () => {
  world = await createFactorWorld(database.db);
});

after(() => database.drop());

async function remember(userAgent = 'Browser/1 (Kind)'): Promise<string> {
  const { deps, tenant, accountId } = world;
  const { token } = await rememberBrowser(deps, tenant, {
    accountId,
    userAgent,
    address: '192.0.2.7',
    requestId: 'request-1',
  });
  return token;
}

const isRemembered = (token: string | undefined, of = world) =>
  isRememberedBrowser(world.deps, of.tenant, { accountId: of.accountId, token });

describe('a remembered browser', () => {
  it('is known again by its token, for thirty days', async () => {
    const token = await remember();
    assert.match(token, /^[\w-]{43}$/);
    assert.equal(await isRemembered(token), true);
    world.pass(REMEMBERED_BROWSER_SECONDS - 1);
    assert.equal(await isRemembered(token), true);
    world.pass(1);
    assert.equal(await isRemembered(token), false, 'being seen does not make it last longer');
  });

  it('is not any other', async () => {
    const token = await remember();
    for (const other of [undefined, '', 'x', '\0', `${token}x`, 'x'.repeat(1_000_000)]) {
      assert.equal(await isRemembered(other), false);
    }
    const stranger = await createFactorWorld(database.db);
    assert.equal(await isRemembered(token, stranger), false);
    const { deps, tenant } = world;
    const { accountId } = stranger;
    assert.equal(await isRememberedBrowser(deps, tenant, { accountId, token }), false);
  });

  it('is listed with what it said of itself, as far as that is fit to be shown', async () => {
    await remember(`Browser/1\u0000\n(${'x'.repeat(1000)})\ud800`);
    const [browser] = await world.deps.browsers.list(world.tenant.id, world.accountId);
    assert.match(browser?.userAgent ?? '', /^Browser\/1 \(x{500}$/);
    assert.equal(browser?.address, '192.0.2.7');
  });

  it('is forgotten alone, or with all others, and on record', async () => {
    const { deps, tenant, accountId, by } = world;
    const [first, second, third] = [await remember(), await remember(), await remember()];
    const [newest] = await deps.browsers.list(tenant.id, accountId);
    assert.ok(newest);
    await isRemembered(first);
    const forget = (id?: string) =>
      forgetBrowsers(deps, tenant, id === undefined ? { accountId, by } : { accountId, id, by });
    assert.equal(await forget(newest.id), 1);
    assert.equal(await forget(newest.id), 0);
    const left = [await isRemembered(first), await isRemembered(second), await isRemembered(third)];
    assert.equal(left.filter(Boolean).length, 2);
    assert.equal(await forget(), 2);
    assert.equal(await isRemembered(first), false);
    assert.deepEqual(
      world.events.map(({ kind, detail }) => [kind, detail?.count]),
      [
        ...Array.from({ length: 3 }, () => ['browser.remembered', undefined]),
        ['browser.forgotten', 1],
        ['browser.forgotten', 2],
      ],
    );
  });

  it('is forgotten when an operator resets the second factors', async () => {
    const { deps, tenant, accountId } = world;
    const token = await remember();
    const actor = { type: 'operator', id: 'root' } as const;
    const removed = await resetSecondFactors(deps, tenant, { accountId, actor });
    assert.deepEqual(removed, { totp: false, recoveryCodes: 0, passkeys: 0, browsers: 1 });
    assert.equal(await isRemembered(token), false);
    assert.deepEqual(world.events.at(-1), {
      kind: 'second_factor.reset',
      tenantId: tenant.id,
      outcome: 'success',
      actor,
      subject: { type: 'account', id: accountId },
      detail: { totp: false, recovery_codes: 0, passkeys: 0, browsers: 1 },
    });
  });

  it('cannot be made up from a copy of the database', async () => {
    const token = await remember();
    const copy = await copyEverything(database.db, undefined);
    assert.deepEqual(searchCopy(copy, new Map([['token', token]])), []);
  });
});
