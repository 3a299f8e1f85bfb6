import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestCli } from '../cli.ts';
import { ALICE } from '../gatehouse.ts';
import type { PlainPage } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { copyEverything, searchCopy } from '../search-at-rest.ts';
import {
  arrived,
  CALLBACK,
  says,
  startUpstreamFlowWorld,
  type UpstreamFlowWorld,
} from '../upstream-flow-world.ts';
import type { UpstreamServer } from '../upstream-server.ts';

describe('a sign-in that waits for a provider of others', () => {
  let world: UpstreamFlowWorld;
  let trusted: UpstreamServer;
  before(async () => {
    world = await startUpstreamFlowWorld();
    ({ trusted } = world);
    // Whom they answer for is connected.
    trusted.person = { sub: 'alice-at-trusted' };
    const browser = world.newBrowser();
    const { page } = await world.continueWith(browser, 'trusted');
    const asked = await browser.submit(page, ALICE, { action: '/sign-in' });
    arrived(await browser.submit(asked, {}, { action: '/upstream-link', button: 'link' }));
  });
  beforeEach(() => world.nextPerson());
  after(() => world.stop());

  it('takes an answer once', async () => {
    trusted.person = { sub: 'alice-at-trusted' };
    const browser = world.newBrowser();
    const { request, answer } = await world.answerFor(browser, 'trusted');
    await request.redeem(arrived(await browser.open(answer)));
    const replayed = await browser.open(answer);
    assert.ok(!replayed.url.startsWith(CALLBACK));
    says(replayed, /This sign-in has expired/);
  });

  it('takes no answer in a browser that did not ask for it', async () => {
    trusted.person = { sub: 'alice-at-trusted' };
    const mine = world.newBrowser();
    const { answer } = await world.answerFor(mine, 'trusted');
    const stranger = world.newBrowser();
    await stranger.open((await world.begin()).url.href);
    says(await stranger.open(answer), /This sign-in has expired/);
    // It is still good where it belongs.
    arrived(await mine.open(answer));
  });

  it('takes no answer of another request, or by the way of another provider', async () => {
    trusted.person = { sub: 'alice-at-trusted' };
    const victim = world.newBrowser();
    const { start, answer } = await world.answerFor(victim, 'trusted');
    const attacker = await world.answerFor(world.newBrowser(), 'trusted');
    // The attacker's code, under the state that the victim's browser waits for.
    const injected = new URL(answer);
    injected.searchParams.set('code', new URL(attacker.answer).searchParams.get('code') ?? '');
    const page = await victim.open(injected.href);
    says(page, /Signing in with Trusted did not work/);
    // The request was used up by that.
    says(await victim.open(answer), /took too long, or was finished before/);
    assert.ok(page.url.startsWith(start.url));

    const other = world.newBrowser();
    const mixed = await world.answerFor(other, 'trusted');
    says(
      await other.open(mixed.answer.replace('/upstream/trusted/', '/upstream/plain/')),
      /Signing in with Plain did not work/,
    );
  });

  it('answers nonsense at the redirect URI with a page', async () => {
    for (const query of ['', '?state=', '?state=a.b', `?state=${'x'.repeat(60)}`]) {
      const page = await world
        .newBrowser()
        .open(`${world.deployment.publicUrl}/upstream/trusted/callback${query}`);
      assert.equal(page.status, 400);
    }
    const unknown = `${world.deployment.publicUrl}/upstream/nobody/callback?code=x&state=${'u'.repeat(21)}.${'r'.repeat(43)}`;
    says(await world.newBrowser().open(unknown), /This sign-in has expired/);
  });

  it('offers none that is disabled, and takes no answer of it', async () => {
    const cli = createTestCli({
      databaseUrl: world.deployment.databaseUrl,
      environment: world.deployment.environment,
    });
    trusted.person = { sub: 'alice-at-trusted' };
    const browser = world.newBrowser();
    const { answer, start } = await world.answerFor(browser, 'trusted');
    const buttons = (page: PlainPage) =>
      page.document.querySelectorAll('[name=provider]').map((one) => one.getAttribute('value'));
    const offered = async () =>
      buttons(await world.newBrowser().open((await world.begin()).url.href));
    assert.deepEqual(buttons(start), ['plain', 'trusted']);
    await cli.run('upstream', 'disable', 'trusted');
    try {
      await pollUntil(async () => (await offered()).join() === 'plain', { deadlineMs: 10_000 });
      const stopped = await browser.open(answer);
      assert.ok(!stopped.url.startsWith(CALLBACK), stopped.url);
    } finally {
      await cli.run('upstream', 'enable', 'trusted');
    }
    await pollUntil(async () => (await offered()).length === 2, { deadlineMs: 10_000 });
  });

  it('asks the provider anew where the person has to prove themselves again', async () => {
    trusted.person = { sub: 'alice-at-trusted' };
    const browser = world.newBrowser();
    arrived((await world.continueWith(browser, 'trusted')).page);
    const again = await world.begin('default', { prompt: 'login' });
    const confirm = await browser.open(again.url.href);
    // Only what is linked to the account can confirm it.
    const offered = confirm.document.querySelectorAll('[name=provider]');
    assert.deepEqual(
      offered.map((one) => one.getAttribute('value')),
      ['trusted'],
    );
    trusted.forged = { auth_time: Math.floor(Date.now() / 1000) - 3600 };
    const stale = await world.press(browser, confirm, 'trusted');
    says(stale, /Trusted did not confirm that it was you just now/);
    trusted.forged = {};
    const fresh = await world.press(browser, stale, 'trusted');
    assert.equal(trusted.received.at(-2)?.prompt, 'login');
    await again.redeem(arrived(fresh));
  });

  it('keeps what it waits for from the address, the log, and a copy of the database', async () => {
    trusted.person = { sub: 'alice-at-trusted' };
    const browser = world.newBrowser();
    const { address, answer, leaving } = await world.answerFor(browser, 'trusted');
    const asked = new URL(address).searchParams;
    const answered = new URL(answer).searchParams;
    const secrets = new Map([
      ['nonce', asked.get('nonce') ?? ''],
      ['state', (asked.get('state') ?? '').split('.')[1] ?? ''],
      ['code', answered.get('code') ?? ''],
      ['client secret', trusted.clientSecret],
    ]);
    for (const [name, value] of secrets) assert.ok(value.length >= 16, name);
    const { db, redis } = world.deployment.backends;
    assert.deepEqual(searchCopy(await copyEverything(db, redis), secrets), []);
    assert.ok(!leaving.includes(trusted.clientSecret));
    const verifierOf = () => trusted.received.at(-1)?.code_verifier ?? '';
    const page = await browser.open(answer);
    arrived(page);
    secrets.set('verifier', verifierOf());
    assert.match(verifierOf(), /^[\w-]{43}$/);
    assert.deepEqual(searchCopy(await copyEverything(db, redis), secrets), []);
    for (const [name, value] of secrets) assert.ok(!world.logger.text().includes(value), name);
  });
});
