import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  type AccountMethodsWorld,
  connect,
  has,
  listed,
  type Owner,
  optionsOn,
  startAccountMethodsWorld,
  textOf,
} from '../account-methods-world.ts';
import { type AccountGuest, accountGuest, pathOf, statusOf } from '../account-visit.ts';
import { recoveryCodesOn } from '../authenticator-app.ts';

describe('a passkey, on its owner’s account page', () => {
  let world: AccountMethodsWorld;
  let owner: Owner;
  let guest: AccountGuest;
  before(async () => {
    world = await startAccountMethodsWorld();
  });
  beforeEach(async () => {
    ({ owner, guest } = await world.begin());
  });
  after(() => world.stop());

  it('is added, renamed and removed, with a mail to its owner', async () => {
    const shown = await world.addPasskey(guest, 'Blue key');
    assert.equal(pathOf(shown), '/account/methods/recovery-codes');
    assert.match(statusOf(shown) ?? '', /^Your passkey is added\./);
    assert.equal(recoveryCodesOn(shown).length, 10);
    assert.deepEqual(await world.mailed(owner), ['passkey_added', 'recovery_codes_made']);

    const page = await guest.open('/methods/passkeys');
    assert.deepEqual(listed(page), ['Blue key']);
    const renamed = await guest.browser.submit(
      page,
      { name: '  Red\tkey ' },
      { action: '/rename' },
    );
    assert.equal(statusOf(renamed), 'The name is saved.');
    assert.deepEqual(listed(renamed), ['Red key']);
    const removed = await guest.browser.submit(renamed, {}, { action: '/remove' });
    assert.match(statusOf(removed) ?? '', /^The passkey is removed\./);
    assert.deepEqual(listed(removed), []);
    assert.equal((await world.mailed(owner)).at(-1), 'passkey_removed');
    assert.match(textOf(await guest.open('/methods')), /Passkeys None .* Recovery codes None/);
    const sent = (await world.mailed(owner)).length;
    const again = await guest.browser.submit(renamed, {}, { action: '/remove' });
    assert.equal(again.status, 200);
    assert.equal((await world.mailed(owner)).length, sent);
  });

  it('is asked for at the next sign-in, as a second factor', async () => {
    await world.addPasskey(guest);
    const { page } = await world.signInAnew(owner);
    assert.match(pathOf(page), /^\/interaction\//);
    assert.ok(page.document.querySelector('form[data-passkey=get]'), textOf(page));
  });

  it('is not added by what answers another question, or the same one twice', async () => {
    const form = await guest.open('/methods/passkeys/add');
    const stale = world.authenticator().create(optionsOn(form));
    const fresh = await guest.open('/methods/passkeys/add');
    for (const passkey of ['', 'nonsense', '{}', stale]) {
      const refused = await guest.browser.submit(fresh, { passkey }, { action: '/add' });
      assert.equal(refused.status, 422, passkey);
    }
    assert.deepEqual(listed(await guest.open('/methods/passkeys')), []);
    const last = await guest.open('/methods/passkeys/add');
    const passkey = world.authenticator().create(optionsOn(last));
    await Promise.all(
      [1, 2].map(() => guest.browser.submit(last, { passkey }, { action: '/add' })),
    );
    assert.deepEqual(await world.mailed(owner), ['passkey_added', 'recovery_codes_made']);
    assert.equal(listed(await guest.open('/methods/passkeys')).length, 1);
  });

  it('is nobody else’s to rename or remove', async () => {
    await world.addPasskey(guest, 'Mine');
    const mine = await guest.open('/methods/passkeys');
    const id = mine.document.querySelector('input[name=id]')?.getAttribute('value') ?? '';
    const stranger = accountGuest(world.deployment, await world.newOwner());
    await world.addPasskey(stranger, 'Theirs');
    const theirs = await stranger.open('/methods/passkeys');
    await stranger.browser.submit(theirs, { id, name: 'Stolen' }, { action: '/rename' });
    await stranger.browser.submit(theirs, { id }, { action: '/remove' });
    assert.deepEqual(listed(await guest.open('/methods/passkeys')), ['Mine']);
    assert.deepEqual(listed(await stranger.open('/methods/passkeys')), ['Theirs']);
  });

  it('stays as the only way in, also of two that are removed at once', async () => {
    await world.addPasskey(guest, 'One');
    await world.addPasskey(guest, 'Two');
    await world.forgetPassword(owner);
    const page = await guest.open('/methods/passkeys');
    const ids = page.document
      .querySelectorAll('form[action$="/remove"] input[name=id]')
      .map((input) => input.getAttribute('value') ?? '');
    assert.equal(ids.length, 2);
    await Promise.all(ids.map((id) => guest.browser.submit(page, { id }, { action: '/remove' })));
    const left = await guest.open('/methods/passkeys');
    assert.equal(listed(left).length, 1);
    assert.match(textOf(left), /This is the only way into your account\./);
    assert.equal(has(left, '/remove'), false);
  });

  it('is not added where the tenant has no second factors, nor counts as a way in', async () => {
    await connect(guest);
    await world.addPasskey(guest, 'Before');
    await world.forgetPassword(owner);
    const form = await guest.open('/methods/passkeys/add');
    const passkey = world.authenticator().create(optionsOn(form));
    await world.setTenant({ mfa: 'off' });
    try {
      assert.equal(pathOf(await guest.open('/methods/passkeys/add')), '/account/methods/passkeys');
      const refused = await guest.browser.submit(form, { passkey }, { action: '/add' });
      assert.equal(pathOf(refused), '/account/methods/passkeys');
      assert.deepEqual(listed(refused), ['Before']);
      assert.equal(refused.document.querySelector('a[href$="/passkeys/add"]'), null);
      const connected = await guest.open('/methods/connected');
      assert.match(textOf(connected), /This is the only way into your account\./);
      const removed = await guest.browser.submit(refused, {}, { action: '/remove' });
      assert.deepEqual(listed(removed), []);
      assert.doesNotMatch(textOf(await guest.open('/methods')), /Passkeys/);
    } finally {
      await world.setTenant({ mfa: 'optional' });
    }
  });

  it('goes where a code by mail signs in as well', async () => {
    await world.addPasskey(guest);
    await world.forgetPassword(owner);
    await world.setTenant({ emailCode: true });
    const page = await guest.open('/methods/passkeys');
    const removed = await guest.browser.submit(page, {}, { action: '/remove' });
    assert.deepEqual(listed(removed), []);
    await world.setTenant({ emailCode: false });
  });
});
