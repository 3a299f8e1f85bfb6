import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { NotFoundError } from '../errors.ts';
import { createAccountWorld } from '../testing/account-world.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { editProfile, type Profile } from './edit-profile.ts';

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

async function setUp(claims: Record<string, unknown> = {}) {
  const world = await createAccountWorld(database.db);
  const { tenant, accountId, deps } = world;
  await deps.accounts.changeClaims(tenant.id, accountId, { set: claims, removed: [] });
  const edit = (profile: Profile, id = accountId) =>
    editProfile(deps, tenant, {
      accountId: id,
      profile,
      address: '192.0.2.7',
      requestId: 'request-1',
    });
  const stored = async () => (await deps.accounts.findById(tenant.id, accountId))?.claims;
  return { ...world, edit, stored };
}

describe('editing a profile', () => {
  it('sets what is given, removes what is not, and leaves the rest to others', async () => {
    const { edit, stored, events, accountId } = await setUp({
      name: 'Alice',
      nickname: 'Al',
      gender: 'female',
      locale: 'en',
    });
    const profile = { name: 'Alice Liddell', locale: 'en', address: { country: 'UK' } };
    assert.deepEqual(await edit(profile), { outcome: 'saved' });
    assert.deepEqual(await stored(), { ...profile, gender: 'female' });
    assert.deepEqual(
      events.map(({ kind, actor, detail }) => ({ kind, actor, detail })),
      [
        {
          kind: 'account.profile_changed',
          actor: { type: 'account', id: accountId },
          detail: { claims: ['name', 'nickname', 'address'] },
        },
      ],
    );
  });

  it('takes the mark of a verified phone number away with the number only', async () => {
    const verified = { phone_number: '+442079460018', phone_number_verified: true };
    const { edit, stored } = await setUp(verified);
    await edit({ phone_number: '+442079460018', name: 'Alice' });
    assert.equal((await stored())?.phone_number_verified, true);
    await edit({ phone_number: '+442079460019' });
    assert.deepEqual(await stored(), { phone_number: '+442079460019' });
  });

  it('changes nothing when something is not what the standard says it is', async () => {
    const { edit, stored, events } = await setUp({ name: 'Alice' });
    const result = await edit({
      name: 'Bob',
      website: 'javascript:alert(1)',
      zoneinfo: 'Mars/Olympus',
      birthdate: '1980-02-30',
    });
    assert.deepEqual(result, {
      outcome: 'invalid',
      claims: ['birthdate', 'zoneinfo', 'website'],
    });
    assert.deepEqual(await stored(), { name: 'Alice' });
    assert.deepEqual(events, []);
  });

  it('says nothing of a change that is none', async () => {
    const { edit, deps, tenant, accountId, events } = await setUp({ address: { country: 'UK' } });
    const before = await deps.accounts.findById(tenant.id, accountId);
    assert.deepEqual(await edit({ address: { country: 'UK' } }), { outcome: 'saved' });
    assert.deepEqual(events, []);
    assert.deepEqual(await deps.accounts.findById(tenant.id, accountId), before);
  });

  it('cannot take what no person may change', async () => {
    const { edit, stored } = await setUp();
    const smuggled = { name: 'Alice', sub: 'other', email_verified: true, roles: ['admin'] };
    await edit(smuggled as Profile);
    assert.deepEqual(await stored(), { name: 'Alice' });
  });

  it('is of nobody who is gone', async () => {
    const { edit } = await setUp();
    await assert.rejects(edit({ name: 'Alice' }, 'nobody'), NotFoundError);
  });
});
