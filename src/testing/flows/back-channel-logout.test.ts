import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { accountOwnership } from '../../compose-account.ts';
import { createTestCli, type TestCli } from '../cli.ts';
import { answerAt, visitor } from '../demo-clients.ts';
import { BOB, STORES } from '../gatehouse.ts';
import { type LogoutReceiver, startLogoutReceiver } from '../logout-receiver.ts';
import type { PlainBrowser } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import {
  createRelyingParty,
  type Person,
  type RelyingParty,
  signIn,
  walkThrough,
} from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';
import { startTokenWorld, type TokenWorld } from '../token-world.ts';

const SECRET = 'the-secret-of-a-client-that-listens-to-us';
const CALLBACK = 'http://localhost:9000/callback';
const CLIENTS = ['listener', 'listener-too'];

/** Somebody else for each test, so that no session of another one is in the way. */
const personOf = (n: number): Person => ({
  identifier: `person-${n}`,
  password: `the-password-of-person-${n}`,
});
const PEOPLE = Array.from({ length: 10 }, (_, n) => personOf(n));

for (const store of STORES) {
  describe(`back-channel logout, two replicas, artifacts in ${store}`, () => {
    let world: TokenWorld;
    let receiver: LogoutReceiver;
    let cli: TestCli;
    let parties: RelyingParty[];
    let person: Person;
    let turn = 0;
    before(async () => {
      receiver = await startLogoutReceiver();
      world = await startTokenWorld({ store, replicas: 2 });
      const { deployment } = world;
      receiver.trust(deployment.publicUrl);
      cli = createTestCli({
        databaseUrl: deployment.databaseUrl,
        environment: deployment.environment,
      });
      await seedMore(deployment, {
        slug: 'default',
        applications: [
          {
            key: 'listener',
            name: 'Listener',
            firstParty: true,
            clients: CLIENTS.map((clientId) => ({
              client_id: clientId,
              client_secret: { value: SECRET },
              redirect_uris: [CALLBACK],
              grant_types: ['authorization_code', 'refresh_token'],
              backchannel_logout_uri: receiver.uriOf(clientId),
            })),
          },
        ],
        accounts: PEOPLE.map(({ identifier, password }) => ({
          username: identifier,
          password: { value: password },
        })),
      });
      parties = await Promise.all(
        CLIENTS.map((clientId) =>
          createRelyingParty({
            issuer: deployment.publicUrl,
            clientId,
            secret: SECRET,
            redirectUri: CALLBACK,
          }),
        ),
      );
    });
    after(async () => {
      await world?.stop();
      await receiver?.stop();
    });
    beforeEach(() => {
      receiver.forget();
      receiver.answer = 'properly';
      person = PEOPLE[turn++ % PEOPLE.length] ?? personOf(0);
    });

    /** Signs in at both clients; the sids that they know the session by. */
    const signInAtBoth = async (browser: PlainBrowser): Promise<unknown[]> => {
      const sids: unknown[] = [];
      for (const party of parties) {
        const tokens = await signIn(browser, party, person);
        sids.push(decodeJwt(tokens.id_token ?? '').sid);
      }
      return sids;
    };
    const alone = async () => {
      const { backends } = world.deployment;
      const tenant = await backends.tenants.findBySlug('default');
      const found =
        tenant && (await backends.accounts.findByIdentifier(tenant.id, person.identifier));
      assert.ok(tenant && found);
      const own = accountOwnership({ backends, audit: backends.audit, now: () => new Date() });
      const by = { actor: { type: 'account', id: found.account.id } } as const;
      return { own, tenant, accountId: found.account.id, by };
    };

    const endings: Readonly<Record<string, (browser: PlainBrowser) => Promise<unknown>>> = {
      async 'signing out'(browser) {
        const asked = await browser.open(`${world.deployment.publicUrl}/session/end`);
        const done = await browser.submit(asked, {}, { button: 'yes' });
        assert.match(done.text, /signed out/);
      },
      async 'somebody else signing in at the same browser'(browser) {
        const [party] = parties;
        assert.ok(party);
        const { url } = await party.begin({ prompt: 'login' });
        const arrived = await walkThrough(browser, url, BOB);
        assert.ok(answerAt(arrived, party).code, arrived.url);
      },
      async 'ending it on another replica, as from the account page'() {
        const { own, tenant, accountId, by } = await alone();
        const [session] = await own.listSessions(tenant, accountId);
        assert.deepEqual(session?.clientIds.toSorted(), CLIENTS);
        assert.equal(await own.endSession(tenant, accountId, session.handle, by), 'ended');
      },
      async 'ending all others'() {
        const { own, tenant, accountId, by } = await alone();
        assert.equal(await own.endOtherSessions(tenant, accountId, 'none', by), 1);
      },
      async 'a new password'() {
        const { link } = await cli.json('account', 'reset-password', person.identifier, '--reveal');
        const newcomer = visitor(world.deployment);
        const page = await newcomer.open(link);
        const fields = { password: 'an-entirely-new-one', password_again: 'an-entirely-new-one' };
        assert.equal((await newcomer.submit(page, fields)).status, 200);
      },
      async 'disabling the account by command'() {
        const { tenant, accountId } = await alone();
        const { browsers } = world.deployment.backends;
        const createdAt = new Date();
        const expiresAt = new Date(createdAt.getTime() + 3_600_000);
        const remembered = { userAgent: '', address: '', digest: 'd', createdAt, expiresAt };
        await browsers.add(tenant.id, { accountId, ...remembered });
        await cli.json('account', 'disable', person.identifier);
        assert.deepEqual(await browsers.list(tenant.id, accountId), []);
      },
      'deleting the account by command': () =>
        cli.json('account', 'delete', person.identifier, '--yes'),
    };

    for (const [name, end] of Object.entries(endings)) {
      it(`tells each client once, after ${name}`, async () => {
        const browser = visitor(world.deployment);
        const sids = await signInAtBoth(browser);
        await end(browser);
        await receiver.waitFor(2);
        const { logoutNotifications } = world.deployment.backends;
        await pollUntil(async () => (await logoutNotifications.countQueued()) === 0, {
          deadlineMs: 5_000,
        });
        assert.deepEqual(receiver.received.map(({ claims }) => claims.sid).sort(), sids.sort());
        assert.deepEqual(receiver.received.map(({ clientId }) => clientId).sort(), CLIENTS);
        assert.equal(receiver.requests.length, 2);
      });
    }

    it('reaches a client that was away, and is audited and counted', async () => {
      receiver.answer = 503;
      const browser = visitor(world.deployment);
      await signInAtBoth(browser);
      await endings['signing out']?.(browser);
      await pollUntil(() => receiver.requests.length === 2, { deadlineMs: 10_000 });
      const { replicas, backends } = world.deployment;
      const queued = () => backends.logoutNotifications.countQueued();
      await pollUntil(async () => (await queued()) === 2, { deadlineMs: 5_000 });
      receiver.answer = 'properly';
      const before = (await world.audited('backchannel_logout.delivered')).length;
      world.advance(60);
      await receiver.waitFor(2);
      await pollUntil(async () => (await queued()) === 0, { deadlineMs: 5_000 });
      await pollUntil(
        async () => (await world.audited('backchannel_logout.delivered')).length === before + 2,
        { deadlineMs: 5_000 },
      );
      const pages = await Promise.all(replicas.map(({ gatehouse }) => gatehouse.metrics.render()));
      assert.match(pages.join('\n'), /logout_notifications_total\{outcome="retried"\} [12]/);
      assert.match(pages[0] ?? '', /^logout_notifications_queued 0$/m);
    });

    it('is advertised', async () => {
      const metadata = parties[0]?.config.serverMetadata();
      assert.equal(metadata?.backchannel_logout_supported, true);
      assert.equal(metadata?.backchannel_logout_session_supported, true);
    });
  });
}
