import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import * as client from 'openid-client';
import { setAccountDisabled } from '../../accounts/set-account-disabled.ts';
import { accountOwnership } from '../../compose-account.ts';
import { accountEnder } from '../../compose-shared.ts';
import { answerAt, DEMO_CLIENTS, demoParty, visitor } from '../demo-clients.ts';
import { createGate, type HeldCall } from '../gate.ts';
import { ALICE, DEMO_SEED, STORES } from '../gatehouse.ts';
import { obtainCode } from '../obtain-code.ts';
import { createPlainBrowser, type PlainBrowser } from '../plain-browser.ts';
import { type RelyingParty, signIn, walkThrough } from '../relying-party.ts';
import { startTokenWorld, type TokenWorld } from '../token-world.ts';

const API = 'https://api.notes.example';
const WEB = DEMO_CLIENTS['notes-web'];

type Ending = 'session' | 'session elsewhere' | 'grant' | 'consent' | 'account' | 'deleted account';

/** What leaves the session alive: a code that was saved before is answered, and is worth nothing. */
const SESSION_STAYS: readonly Ending[] = ['grant', 'consent'];
type Tokens = Readonly<Record<string, unknown>>;

for (const store of STORES) {
  describe(`what ends while a request of it is in flight, artifacts in ${store}`, () => {
    const gate = createGate();
    let onFactors: (() => Promise<void>) | undefined;
    let world: TokenWorld;
    let notes: RelyingParty;
    before(async () => {
      world = await startTokenWorld({
        store,
        replicas: 2,
        withBackends: (backends) => ({
          ...backends,
          artifacts: gate.wrap(backends.artifacts),
          factors: {
            ...backends.factors,
            async factorsOf(...of) {
              await onFactors?.();
              return backends.factors.factorsOf(...of);
            },
          },
        }),
      });
      notes = await demoParty(world.deployment, 'notes-web');
    });
    after(() => world.stop());

    let browser: PlainBrowser;
    /** Issued in the same session, under the same grant. */
    let earlier: Tokens;
    beforeEach(async () => {
      browser = visitor(world.deployment);
      earlier = await signIn(browser, notes, ALICE);
    });

    const alice = async () => {
      const { backends } = world.deployment;
      const tenant = await backends.tenants.findBySlug('default');
      const found = tenant && (await backends.accounts.findByIdentifier(tenant.id, 'alice'));
      assert.ok(tenant && found);
      const by = { actor: { type: 'account', id: found.account.id } } as const;
      const parts = { backends, audit: backends.audit, now: () => new Date() };
      const own = accountOwnership(parts);
      return { backends, own, tenant, found, by };
    };
    const switchAccount = async (disabled: boolean) => {
      const { backends, tenant, found } = await alice();
      const endAccountSessions = accountEnder(backends, () => new Date());
      const actor = { type: 'operator' } as const;
      const input = { accountId: found.account.id, disabled, actor };
      await setAccountDisabled({ ...backends, endAccountSessions }, tenant, input);
    };
    const isSignedIn = async (who: PlainBrowser) => {
      const silent = await notes.begin({ prompt: 'none' });
      const { code, error } = answerAt(await who.open(silent.url.href), notes);
      return code !== undefined || error === 'consent_required';
    };

    const endings: Readonly<Record<Ending, () => Promise<unknown>>> = {
      async session() {
        const confirm = await browser.open(client.buildEndSessionUrl(notes.config).href);
        const done = await browser.submit(confirm, {}, { button: 'yes' });
        assert.match(done.text, /signed out/);
      },
      async 'session elsewhere'() {
        const { own, tenant, found, by } = await alice();
        // From another browser of hers, which is not signed in: all of them.
        assert.ok((await own.endOtherSessions(tenant, found.account.id, 'none', by)) >= 1);
      },
      async consent() {
        const { own, tenant, found, by } = await alice();
        const withdrawal = { accountId: found.account.id, clientId: WEB.clientId, by };
        assert.equal(await own.withdrawGrant(tenant, withdrawal), 'withdrawn');
      },
      grant: () => client.tokenRevocation(notes.config, String(earlier.refresh_token)),
      account: () => switchAccount(true),
      async 'deleted account'() {
        const { own, tenant, found, by } = await alice();
        await own.deleteAccount(tenant, { accountId: found.account.id, by });
      },
    };

    /** Everything of before, and whatever the held request brought, is of no use. */
    const assertEnded = async (ending: Ending, brought: Tokens) => {
      for (const { access_token: access, refresh_token: refresh } of [earlier, brought]) {
        if (access !== undefined) assert.equal(await world.isActive(access), false);
        if (refresh === undefined) continue;
        const { status, json, text } = await world.refresh(1, refresh);
        assert.deepEqual([status, json.error], [400, 'invalid_grant'], text);
      }
      assert.equal(await isSignedIn(browser), SESSION_STAYS.includes(ending));
      if (ending === 'account') await switchAccount(false);
      // Somebody else, under the same name.
      if (ending === 'deleted account') await world.deployment.seed(DEMO_SEED);
      // At once, and for good: nothing stands in the way of what begins now.
      const again = await signIn(browser, notes, ALICE);
      assert.equal((await world.refresh(0, again.refresh_token)).status, 200);
      assert.equal(await world.isActive(again.access_token), true);
    };

    /** Holds a request to the token endpoint open, ends what it lives by, and lets it go on. */
    const holdTokenRequest = async (
      call: HeldCall,
      ending: Ending,
      form: Readonly<Record<string, string>>,
    ) => {
      const held = gate.hold(call);
      const answer = world.ask(0, '/token', form);
      await held.reached;
      await endings[ending]();
      held.open();
      const { status, json, text } = await answer;
      assert.deepEqual([status, json.error], [400, 'invalid_grant'], text);
      await assertEnded(ending, json);
    };

    for (const ending of Object.keys(endings) as Ending[]) {
      describe(`the ${ending}`, () => {
        for (const call of [
          'consume AuthorizationCode',
          'save AccessToken',
          'save RefreshToken',
        ] as const) {
          it(`stays ended for a code exchange that waits for "${call}"`, async () => {
            await holdTokenRequest(call, ending, await obtainCode(browser, notes, ALICE));
          });
        }

        for (const call of [
          'consume RefreshToken',
          'save AccessToken',
          'save RefreshToken',
        ] as const) {
          it(`stays ended for a refresh that waits for "${call}"`, async () => {
            await holdTokenRequest(call, ending, {
              grant_type: 'refresh_token',
              refresh_token: String(earlier.refresh_token),
            });
          });
        }

        it('stays ended for an exchange that brings a JWT', async () => {
          const code = await obtainCode(browser, notes, ALICE, { resource: API });
          await holdTokenRequest('save RefreshToken', ending, { ...code, resource: API });
        });

        for (const call of ['save AuthorizationCode', 'save Session'] as const) {
          if (call === 'save Session' && SESSION_STAYS.includes(ending)) continue;
          it(`stays ended for an authorization request that waits for "${call}"`, async () => {
            const held = gate.hold(call);
            const request = await notes.begin();
            const arriving = browser.open(request.url.href);
            await held.reached;
            await endings[ending]();
            held.open();
            const page = await arriving;
            if (page.url.startsWith(WEB.redirectUri)) {
              assert.equal(answerAt(page, notes).code, undefined, page.url);
            } else {
              assert.ok(page.status >= 400 && page.status < 500, `${page.status} ${page.text}`);
            }
            await assertEnded(ending, {});
          });
        }
      });
    }

    for (const call of ['save Interaction', 'save Session', 'save AuthorizationCode'] as const) {
      it(`an account that is disabled does not get in by a sign-in that waits for "${call}"`, async () => {
        const newcomer = visitor(world.deployment);
        const request = await notes.begin();
        const page = await newcomer.open(request.url.href);
        const held = gate.hold(call);
        const arriving = newcomer.submit(page, { ...ALICE }, { action: '/sign-in' });
        await held.reached;
        await switchAccount(true);
        held.open();
        const arrived = await arriving;
        if (arrived.url.startsWith(WEB.redirectUri)) {
          assert.equal(answerAt(arrived, notes).code, undefined, arrived.url);
        } else {
          assert.ok(arrived.status < 500, `${arrived.status} ${arrived.text}`);
        }
        assert.equal(await isSignedIn(newcomer), false);
        await switchAccount(false);
        assert.equal(await isSignedIn(newcomer), false);
        assert.ok(answerAt(await walkThrough(newcomer, request.url, ALICE), notes).code);
      });
    }

    it('an account that ends right after its password was proved does not get in', async () => {
      const newcomer = visitor(world.deployment);
      const page = await newcomer.open((await notes.begin()).url.href);
      // What is asked of the account next, on the way to saving what was proved.
      const asked = Promise.withResolvers<void>();
      const answered = Promise.withResolvers<void>();
      onFactors = () => {
        onFactors = undefined;
        asked.resolve();
        return answered.promise;
      };
      const arriving = newcomer.submit(page, { ...ALICE }, { action: '/sign-in' });
      await asked.promise;
      // As a new password does it: the account is there again at once.
      await switchAccount(true);
      await switchAccount(false);
      answered.resolve();
      const { status, text } = await arriving;
      assert.equal(status, 400, text);
      assert.equal(await isSignedIn(newcomer), false);
    });

    it('a password that was proved before the account ended is proved for nothing', async () => {
      let stopped = true;
      const newcomer = createPlainBrowser({
        stopAt: (url) => url.startsWith(WEB.redirectUri) || (stopped && /\/auth\/.+/.test(url)),
      });
      const page = await newcomer.open((await notes.begin()).url.href);
      const proved = await newcomer.submit(page, { ...ALICE }, { action: '/sign-in' });
      assert.match(proved.url, /\/auth\//);
      await switchAccount(true);
      await switchAccount(false);
      stopped = false;
      const { status, text } = await newcomer.open(proved.url);
      assert.equal(status, 400, text);
      assert.equal(await isSignedIn(newcomer), false);
    });
  });
}
