/**
 * People who were there before the wreck, and say afterwards whether all is as it was: each with
 * another way to sign in, and applications that hold their refresh tokens and the published keys.
 */
import assert from 'node:assert/strict';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { stringify } from 'yaml';
import { ACR_MULTI_FACTOR, ACR_PHISHING_RESISTANT } from '../../accounts/acr.ts';
import { PASSKEY_FIELD } from '../../interactions/pages/passkey-form.ts';
import { type AuthenticatorApp, setUpApp } from '../authenticator-app.ts';
import { createPlainBrowser, type PlainPage } from '../plain-browser.ts';
import { createRelyingParty, signIn, walkThrough } from '../relying-party.ts';
import { createSampler } from '../replicas/samples.ts';
import { createSoftAuthenticator } from '../soft-authenticator.ts';
import type { Ledger } from './ledger.ts';

/** The application, and the password that everybody has. */
export const SHOP = {
  clientId: 'shop',
  secret: 'drill-secret-drill-secret-drill-1234',
  redirectUri: 'http://localhost:9/callback',
  password: 'drill-password-of-all-1',
};
const WITNESSES = ['pat', 'tom', 'kay', 'quiet', 'busy', 'ended', 'canary'] as const;
const STEP_MS = 30_000;
const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };

/** A refresh token of before the backup, and what became of it until the wreck. */
interface Held {
  readonly atBackup: string;
  usedBefore: string;
  usedAfter: string;
}

interface Witnesses {
  /** @param more - somebody besides */
  seed(more?: string): string;
  /** Before the backup: everybody signs in, and sets up what they have. */
  arrive(): Promise<void>;
  /** After it, before the wreck. */
  goOn(): Promise<void>;
  testify(ledger: Ledger): Promise<void>;
  testifySignedOut(ledger: Ledger): Promise<void>;
}

export function createWitnesses(options: {
  readonly publicUrl: string;
  /** Those who make the load. */
  readonly crowd: readonly string[];
}): Witnesses {
  const { publicUrl, crowd } = options;
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  let addresses = 0;
  const { fetchFrom } = createSampler();
  const newcomer = () => {
    addresses += 1;
    return createPlainBrowser({
      stopAt: (url) => url.startsWith(SHOP.redirectUri),
      fetch: fetchFrom(`127.0.3.${addresses}`),
    });
  };
  const connect = () => createRelyingParty({ issuer: publicUrl, ...SHOP });
  const person = (identifier: string) => ({ identifier, password: SHOP.password });
  const device = createSoftAuthenticator({ origin: publicUrl });
  const subjects = new Map<string, string>();
  const held = new Map<string, Held>();
  let app: AuthenticatorApp;
  let keys: JSONWebKeySet;
  let idToken = '';

  const published = async (): Promise<JSONWebKeySet> => (await fetch(`${publicUrl}/jwks`)).json();
  const kidsOf = (set: JSONWebKeySet) => set.keys.map(({ kid }) => String(kid)).sort();
  const verify = (token: string, set: JSONWebKeySet) =>
    jwtVerify(token, createLocalJWKSet(set), { issuer: publicUrl, audience: SHOP.clientId });

  /** At the page after the password. */
  const typePassword = async (identifier: string, parameters: Record<string, string> = {}) => {
    const browser = newcomer();
    const request = await (await connect()).begin(parameters);
    const page = await browser.open(request.url.href);
    const next = await browser.submit(page, person(identifier), { action: '/sign-in' });
    return { browser, request, page: next };
  };
  const arriveWithPassword = async (identifier: string) => {
    const party = await connect();
    const tokens = await signIn(newcomer(), party, person(identifier), OFFLINE);
    const token = tokens.refresh_token ?? '';
    assert.ok(token, `no refresh token for ${identifier}`);
    return { party, tokens, token };
  };
  const refreshed = async (token: string) =>
    (await (await connect()).refresh(token)).refresh_token ?? '';
  const refusal = async (token: string) => {
    try {
      await (await connect()).refresh(token);
    } catch (error) {
      if (error instanceof client.ResponseBodyError) return error.error;
      throw error;
    }
    return 'accepted';
  };
  const heldBy = (identifier: string): Held => {
    const found = held.get(identifier);
    if (found === undefined) throw new Error(`${identifier} holds nothing`);
    return found;
  };
  const signInWithPassword = async (identifier: string) => {
    const { tokens } = await arriveWithPassword(identifier);
    return tokens.claims()?.sub;
  };
  const signInWithApp = async () => {
    const asked = { acr_values: ACR_MULTI_FACTOR };
    const { browser, request, page } = await typePassword('tom', asked);
    const arrived = await browser.submit(page, { code: app.code() }, { action: '/second-factor' });
    return (await request.redeem(arrived.url)).claims();
  };
  const signInWithPasskey = async () => {
    const browser = newcomer();
    const request = await (await connect()).begin();
    const page = await browser.open(request.url.href);
    const answer = { [PASSKEY_FIELD]: device.get(optionsOn(page)) };
    const arrived = await browser.submit(page, answer, { action: '/passkey' });
    return (await request.redeem(arrived.url)).claims();
  };

  return {
    seed: (more) =>
      stringify({
        version: 1,
        tenants: [
          {
            slug: 'default',
            name: 'Drill',
            applications: [
              {
                key: 'shop',
                name: 'Shop',
                firstParty: true,
                clients: [
                  {
                    client_id: SHOP.clientId,
                    client_secret: { value: SHOP.secret },
                    redirect_uris: [SHOP.redirectUri],
                    grant_types: ['authorization_code', 'refresh_token'],
                  },
                ],
              },
            ],
            accounts: [...WITNESSES, ...crowd, ...(more === undefined ? [] : [more])].map(
              (username) => ({ username, password: { value: SHOP.password } }),
            ),
          },
        ],
      }),

    async arrive() {
      for (const identifier of ['pat', 'quiet', 'busy', 'ended']) {
        const { tokens, token } = await arriveWithPassword(identifier);
        subjects.set(identifier, tokens.claims()?.sub ?? '');
        const next = await refreshed(token);
        // The one before is used up for good once its successor was used.
        const atBackup = await refreshed(next);
        held.set(identifier, { atBackup, usedBefore: token, usedAfter: '' });
        if (identifier === 'pat') idToken = tokens.id_token ?? '';
      }
      const toms = await typePassword('tom', { acr_values: ACR_MULTI_FACTOR });
      const set = await setUpApp(toms.browser, toms.page, now);
      app = set.app;
      ahead = STEP_MS;
      subjects.set('tom', (await toms.request.redeem(set.next.url)).claims()?.sub ?? '');

      const kays = await typePassword('kay', { acr_values: ACR_PHISHING_RESISTANT });
      const fields = { [PASSKEY_FIELD]: device.create(optionsOn(kays.page)), name: 'Laptop' };
      const codes = await kays.browser.submit(kays.page, fields, { action: '/new-factor' });
      const arrived = await kays.browser.submit(codes, {}, { action: '/recovery-codes' });
      subjects.set('kay', (await kays.request.redeem(arrived.url)).claims()?.sub ?? '');
      keys = await published();
    },

    async goOn() {
      const busy = heldBy('busy');
      busy.usedAfter = await refreshed(busy.atBackup);
      const party = await connect();
      await client.tokenRevocation(party.config, heldBy('ended').atBackup);
      assert.equal(await refusal(heldBy('ended').atBackup), 'invalid_grant');
    },

    async testify(ledger) {
      await ledger.check('the same keys are published', async () => {
        const after = await published();
        assert.deepEqual(kidsOf(after), kidsOf(keys));
        return `${after.keys.length} kids`;
      });
      await ledger.check('tokens of before are valid, by the keys of now', async () => {
        await verify(idToken, await published());
        return 'valid';
      });
      await ledger.check('people sign in with their passwords', async () => {
        assert.equal(await signInWithPassword('pat'), subjects.get('pat'));
        return 'the same sub';
      });
      await ledger.check('new tokens are valid, by the keys that a client kept', async () => {
        const { tokens } = await arriveWithPassword('canary');
        await verify(tokens.id_token ?? '', keys);
        return 'valid';
      });
      await ledger.check('and with their authenticator apps', async () => {
        const claims = await signInWithApp();
        assert.equal(claims?.sub, subjects.get('tom'));
        return `acr ${claims?.acr}`;
      });
      await ledger.check('and with their passkeys', async () => {
        const claims = await signInWithPasskey();
        assert.equal(claims?.sub, subjects.get('kay'));
        return `acr ${claims?.acr}`;
      });
      await ledger.check('refresh tokens of before the backup go on', async () => {
        const quiet = heldBy('quiet');
        quiet.usedAfter = await refreshed(quiet.atBackup);
        return 'a new one';
      });
      await ledger.check('one that was issued after it is gone, with its new account', async () => {
        assert.equal(await refusal(heldBy('busy').usedAfter), 'invalid_grant');
        const page = await walkThrough(
          newcomer(),
          (await (await connect()).begin()).url,
          person('late'),
        );
        assert.equal(page.status, 422);
        return 'both lost';
      });
      await ledger.check('one that was used after it works once more, and no more', async () => {
        const { atBackup } = heldBy('busy');
        const next = await refreshed(atBackup);
        await refreshed(next);
        assert.equal(await refusal(atBackup), 'invalid_grant');
        return 'reuse ends its family';
      });
      await ledger.check('one that was used up before it stays so', async () => {
        assert.equal(await refusal(heldBy('pat').usedBefore), 'invalid_grant');
        return 'refused';
      });
      await ledger.check('one that was revoked after it is back (see the runbook)', async () => {
        const ended = heldBy('ended');
        ended.usedAfter = await refreshed(ended.atBackup);
        return 'back';
      });
    },

    async testifySignedOut(ledger) {
      await ledger.check('then no refresh token of before works', async () => {
        for (const identifier of ['quiet', 'ended']) {
          assert.equal(await refusal(heldBy(identifier).usedAfter), 'invalid_grant');
        }
        return 'refused';
      });
      await ledger.check('and people sign in again', async () => {
        assert.equal(await signInWithPassword('ended'), subjects.get('ended'));
        return 'the same sub';
      });
    },
  };
}

/** What a page asks an authenticator. */
function optionsOn(page: PlainPage) {
  const form = page.document.querySelector('form[data-passkey]');
  return JSON.parse(form?.getAttribute('data-options') ?? '{}');
}
