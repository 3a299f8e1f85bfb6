import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  type AccountMethodsWorld,
  connect,
  has,
  listed,
  type Owner,
  startAccountMethodsWorld,
  textOf,
} from '../account-methods-world.ts';
import { type AccountGuest, accountGuest, pathOf, statusOf } from '../account-visit.ts';

describe('a connected account, on its owner’s account page', () => {
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

  it('signs in once it is connected, and not once it is not', async () => {
    const done = await connect(guest);
    assert.equal(pathOf(done), '/account/methods/connected');
    assert.match(statusOf(done) ?? '', /^The account is connected\./);
    assert.match(textOf(done), /Elsewhere as .*pat-\d+@up\.example/);
    assert.deepEqual(await world.mailed(owner), ['sign_in_method_linked']);

    const other = accountGuest(world.deployment, owner);
    const asked = await other.visit('/account');
    const inside = await other.browser.submit(asked, {}, { action: '/upstream' });
    assert.equal(pathOf(inside), '/account');

    const page = await guest.open('/methods/connected');
    assert.equal(has(page, '/connected/add'), false);
    const undone = await guest.browser.submit(page, {}, { action: '/remove' });
    assert.equal(statusOf(undone), 'The account is disconnected.');
    assert.deepEqual(listed(undone), []);
    assert.equal((await world.mailed(owner)).at(-1), 'sign_in_method_unlinked');
  });

  it('stays with whom it belongs to', async () => {
    await connect(guest);
    const thief = accountGuest(world.deployment, await world.newOwner());
    const refused = await connect(thief);
    assert.equal(refused.status, 422);
    assert.match(textOf(refused), /is connected with another account here/);
    const mine = await guest.open('/methods/connected');
    const link = mine.document.querySelector('input[name=link]')?.getAttribute('value') ?? '';
    world.upstream.person = { sub: 'the-thief', email: 'thief@up.example' };
    const theirs = await connect(thief);
    await thief.browser.submit(theirs, { link }, { action: '/remove' });
    assert.equal(listed(await guest.open('/methods/connected')).length, 1);
  });

  it('is connected by no answer that this session did not ask for', async () => {
    const { browser } = guest;
    const begin = async (by: AccountGuest) => {
      const page = await by.open('/methods/connected');
      const form = page.document.querySelector('form[action$="/connected/add"]');
      const fields = form?.querySelectorAll('input').map((input) => {
        return [input.getAttribute('name') ?? '', input.getAttribute('value') ?? ''];
      });
      const response = await by.browser.request(
        `${world.deployment.publicUrl}${form?.getAttribute('action')}`,
        {
          method: 'POST',
          headers: { origin: world.deployment.publicUrl },
          body: new URLSearchParams(fields),
        },
      );
      const [, href = ''] = /href="(http[^"]+\/auth[^"]*)"/.exec(await response.text()) ?? [];
      assert.notEqual(href, '');
      return href.replaceAll('&amp;', '&');
    };
    const url = await begin(guest);
    const answer = await world.upstream.signIn(url);
    answer.set('provider', 'up');
    const there = (query: URLSearchParams) =>
      `${world.deployment.publicUrl}/account/methods/connected/answer?${query}`;

    // In the browser of somebody whom the link was sent to.
    const victim = accountGuest(world.deployment, await world.newOwner());
    await victim.open();
    const tricked = await victim.browser.open(there(answer));
    assert.match(textOf(tricked), /took too long, or was finished before/);
    assert.deepEqual(listed(tricked), []);
    // With a request of their own under way.
    await begin(victim);
    assert.deepEqual(listed(await victim.browser.open(there(answer))), []);

    const done = await browser.open(there(answer));
    assert.match(statusOf(done) ?? '', /^The account is connected\./, textOf(done));
    const replayed = await browser.open(there(answer));
    assert.match(textOf(replayed), /took too long, or was finished before/);
    assert.equal(listed(replayed).length, 1);
    // Whoever is not signed in any more signs in, and begins again.
    const nobody = accountGuest(world.deployment);
    assert.match(
      pathOf(await nobody.visit(`/account/methods/connected/answer?${answer}`)),
      /^\/interaction\//,
    );
  });

  it('says so when the person does not sign in there', async () => {
    world.upstream.person = undefined;
    const refused = await connect(guest);
    assert.match(textOf(refused), /You did not sign in with Elsewhere\./);
    assert.deepEqual(listed(refused), []);
    assert.deepEqual(await world.mailed(owner), []);
  });

  it('stays as the only way in, and goes with a passkey to sign in with', async () => {
    const page = await connect(guest);
    await world.forgetPassword(owner);
    const kept = await guest.browser.submit(page, {}, { action: '/remove' });
    assert.match(textOf(kept), /This is the only way into your account\./);
    assert.equal(listed(kept).length, 1);
    assert.equal(has(kept, '/remove'), false);
    await world.addPasskey(guest);
    const other = await guest.open('/methods/connected');
    assert.deepEqual(listed(await guest.browser.submit(other, {}, { action: '/remove' })), []);
  });
});
