import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { sha256 } from '../crypto/digest.ts';
import { insertApplication, insertClient } from '../testing/fixtures.ts';
import { createHeldArtifacts } from '../testing/held-artifacts.ts';
import {
  authorizationUrl,
  authorize,
  CALLBACK,
  type EndpointAnswer,
  post,
  redeem,
  refresh,
  SECRET,
  secretDigest,
  userinfo,
  VERIFIER,
  webClient,
} from '../testing/plain-client.ts';
import { addCast, type ProviderCast } from '../testing/provider-cast.ts';
import { kindsOf, type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { CODE_RACE_SECONDS } from './adapter.ts';

const WEB = { id: 'web', secret: SECRET };
const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };

const held = createHeldArtifacts();
let world: ProviderWorld;
let cast: ProviderCast;
let issuer: string;
let tenantId: string;

before(async () => {
  world = await startProviderWorld({
    wrap: (deps) => ({ ...deps, artifacts: held.wrap(deps.artifacts) }),
  });
  cast = await addCast(world);
  issuer = world.origin;
  tenantId = (await world.tenant()).id;
});
after(() => world.close());
beforeEach(() => {
  world.signsIn = cast.alice;
});

/** Signs alice in anew and gives the code. */
async function newCode(parameters: Record<string, string> = OFFLINE, client = 'web') {
  return (await authorize(world.browser(), issuer, client, parameters)).code ?? '';
}

async function newTokens(parameters?: Record<string, string>): Promise<Record<string, unknown>> {
  const { status, json, text } = await redeem(issuer, await newCode(parameters), WEB);
  assert.equal(status, 200, text);
  return json;
}

function assertRefused({ status, json, text }: EndpointAnswer, error = 'invalid_grant'): void {
  assert.equal(status, 400, text);
  assert.equal(json.error, error);
}

/** Kinds that were audited by what `work` did. */
async function auditedBy(work: () => Promise<unknown>): Promise<string[]> {
  const before = (await world.audited()).length;
  await work();
  return kindsOf((await world.audited()).slice(before));
}

const tombstoneUntil = () => new Date(world.now().getTime() + 86_400_000);

describe('an authorization code', () => {
  it('is redeemed once, and who else sent it in that moment takes nothing from the one', async () => {
    const code = await newCode();
    let answers: EndpointAnswer[] = [];
    const kinds = await auditedBy(async () => {
      answers = await world.atOnce(() =>
        Promise.all(Array.from({ length: 20 }, () => redeem(issuer, code, WEB))),
      );
    });
    const [won, ...more] = answers.filter(({ status }) => status === 200);
    assert.equal(more.length, 0);
    for (const answer of answers) if (answer !== won) assertRefused(answer);
    assert.ok(!kinds.some((kind) => /replayed|grant\.revoked/.test(kind)), kinds.join());
    assert.equal((await userinfo(issuer, won?.json.access_token)).status, 200);
    assert.equal((await refresh(issuer, won?.json.refresh_token, WEB)).status, 200);
  });

  it('that comes again later takes back everything that it gave', async () => {
    const code = await newCode();
    const { json: first } = await redeem(issuer, code, WEB);
    const { json: second } = await refresh(issuer, first.refresh_token, WEB);
    world.advance(CODE_RACE_SECONDS + 0.5);
    const kinds = await auditedBy(async () => assertRefused(await redeem(issuer, code, WEB)));
    assert.deepEqual(kinds, [
      'grant.revoked success client:web',
      'authorization_code.replayed failure client:web',
      'token.refused failure client:web',
    ]);
    for (const { access_token: token } of [first, second]) {
      assert.equal((await userinfo(issuer, token)).status, 401);
    }
    assertRefused(await refresh(issuer, second.refresh_token, WEB));
    assertRefused(await redeem(issuer, code, WEB));
  });

  it('that came in time and was only read late takes nothing back', async () => {
    const code = await newCode();
    const reading = held.hold('find', 'AuthorizationCode');
    const slow = redeem(issuer, code, WEB);
    await reading.reached;
    const { json: tokens } = await redeem(issuer, code, WEB);
    world.advance(CODE_RACE_SECONDS + 5);
    reading.release();
    assertRefused(await slow);
    assert.equal((await userinfo(issuer, tokens.access_token)).status, 200);
  });

  it('is not used up by who may not have it', async () => {
    const code = await newCode();
    const others: Record<string, () => Promise<EndpointAnswer>> = {
      'another client': () => redeem(issuer, code, { id: 'ledger-web', secret: SECRET }),
      'another tenant': () => redeem(`${issuer}/t/acme`, code, WEB),
      'no verifier': () => redeem(issuer, code, WEB, { code_verifier: `${VERIFIER}x` }),
      'another address': () => redeem(issuer, code, WEB, { redirect_uri: `${CALLBACK}2` }),
    };
    for (const [who, ask] of Object.entries(others)) {
      assert.equal((await ask()).json.error, 'invalid_grant', who);
    }
    assert.equal((await redeem(issuer, code, WEB)).status, 200);
  });
});

describe('a refresh token', () => {
  it('may be sent again by who lost the answer, until one of the answers is used', async () => {
    const { refresh_token: token } = await newTokens();
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(issuer, token, WEB)));
    for (const { status, text } of answers) assert.equal(status, 200, text);
    const [one, two] = answers.map(({ json }) => json.refresh_token);
    assert.notEqual(one, two);

    const { json: next } = await refresh(issuer, one, WEB);
    assert.equal(typeof next.refresh_token, 'string');
    const kinds = await auditedBy(async () => assertRefused(await refresh(issuer, two, WEB)));
    assert.deepEqual(kinds, [
      'grant.revoked success client:web',
      'refresh_token.reused failure client:web',
      'token.refused failure client:web',
    ]);
    assertRefused(await refresh(issuer, next.refresh_token, WEB));
    assert.equal((await userinfo(issuer, next.access_token)).status, 401);
  });

  it('says whose family was revoked', async () => {
    const { refresh_token: token } = await newTokens();
    const { json: next } = await refresh(issuer, token, WEB);
    await refresh(issuer, next.refresh_token, WEB);
    assertRefused(await refresh(issuer, token, WEB));
    const reused = (await world.audited()).findLast(({ kind }) => kind === 'refresh_token.reused');
    assert.deepEqual(reused?.subject, { type: 'account', id: cast.alice });
    assert.equal(reused?.tenantId, tenantId);
    assert.equal(reused?.clientId, 'web');
  });

  it('that comes again after its window ends the family', async () => {
    const { refresh_token: token } = await newTokens();
    const { json: next } = await refresh(issuer, token, WEB);
    world.advance(11);
    assertRefused(await refresh(issuer, token, WEB));
    assertRefused(await refresh(issuer, next.refresh_token, WEB));
  });

  it('has the window that its client asks for', async () => {
    const application = await insertApplication(world.db, tenantId);
    await insertClient(world.db, tenantId, application, {
      clientId: 'strict',
      secretDigest: secretDigest(),
      metadata: webClient({ refresh_token_reuse_window: 0 }),
    });
    const strict = { id: 'strict', secret: SECRET };
    const { json } = await redeem(issuer, await newCode(OFFLINE, 'strict'), strict);
    const { json: next } = await refresh(issuer, json.refresh_token, strict);
    assertRefused(await refresh(issuer, json.refresh_token, strict));
    assertRefused(await refresh(issuer, next.refresh_token, strict));
  });

  it('that was used is not active, even while it may be sent again', async () => {
    const { refresh_token: token } = await newTokens();
    const introspect = () => post(`${issuer}/token/introspection`, { token: String(token) }, WEB);
    assert.equal((await introspect()).json.active, true);
    await refresh(issuer, token, WEB);
    assert.deepEqual((await introspect()).json, { active: false });
    assert.equal((await refresh(issuer, token, WEB)).status, 200, 'asking changed nothing');
  });

  it('of one client or tenant is nothing to another, which ends nothing by trying', async () => {
    const { refresh_token: token } = await newTokens();
    assertRefused(await refresh(issuer, token, { id: 'ledger-web', secret: SECRET }));
    assertRefused(await refresh(`${issuer}/t/acme`, token, WEB));
    assert.equal((await refresh(issuer, token, WEB)).status, 200);
  });
});

describe('what ends while a request is in flight', () => {
  const grantOf = async (token: unknown) => {
    const row = await world
      .db('artifacts')
      .where({ model: 'RefreshToken', key: sha256(String(token)) })
      .first();
    return String(row.grant_key);
  };

  for (const model of ['AccessToken', 'RefreshToken'] as const) {
    it(`stays ended: a grant, while its ${model} is being saved`, async () => {
      const { refresh_token: token } = await newTokens();
      const grantKey = await grantOf(token);
      const saving = held.hold('save', model);
      const inFlight = refresh(issuer, token, WEB);
      await saving.reached;
      await world.artifacts.revokeGrant(tenantId, grantKey, { tombstoneUntil: tombstoneUntil() });
      saving.release();
      assertRefused(await inFlight);
      const left = await world.db('artifacts').where({ grant_key: grantKey });
      assert.deepEqual(left, []);
    });
  }

  it('stays ended: an account, while its code is redeemed', async () => {
    const code = await newCode();
    const saving = held.hold('save', 'AccessToken');
    const inFlight = redeem(issuer, code, WEB);
    await saving.reached;
    await world.artifacts.endAccount(tenantId, cast.alice, { tombstoneUntil: tombstoneUntil() });
    saving.release();
    assertRefused(await inFlight);
    const left = await world.db('artifacts').where({ account_id: cast.alice });
    assert.deepEqual(left, []);
    assert.equal(typeof (await newTokens()).refresh_token, 'string', 'later sign-ins are fine');
  });

  for (const model of ['AuthorizationCode', 'Session'] as const) {
    it(`stays ended: a session, while its ${model} is being saved`, async () => {
      const browser = world.browser();
      await authorize(browser, issuer, 'web');
      const session = await world
        .db('artifacts')
        .where({ model: 'Session', account_id: cast.alice })
        .orderBy('expires_at', 'desc')
        .first();
      const saving = held.hold('save', model);
      const inFlight = browser.request(authorizationUrl(issuer, 'web'));
      await saving.reached;
      await world.artifacts.endSession(tenantId, session.session_key, [], {
        tombstoneUntil: tombstoneUntil(),
      });
      saving.release();
      const answer = await inFlight;
      assert.ok(answer.status < 500, String(answer.status));
      const code = new URL(answer.headers.get('location') ?? issuer).searchParams.get('code');
      if (code !== null) assertRefused(await redeem(issuer, code, WEB));
      const left = await world.db('artifacts').where({ session_key: session.session_key });
      assert.deepEqual(left, []);

      world.steps.length = 0;
      await authorize(browser, issuer, 'web');
      assert.match(world.steps.join(), /^login no_session/, 'the browser is asked to sign in');
    });
  }
});

describe('a pushed authorization request', () => {
  const push = async () => {
    const url = new URL(authorizationUrl(issuer, 'web', { login_hint: 'alice@hint.example' }));
    const { status, json, text } = await post(`${issuer}/request`, url.searchParams, WEB);
    assert.equal(status, 201, text);
    return String(json.request_uri);
  };
  const use = (browser: ReturnType<ProviderWorld['browser']>, requestUri: string) => {
    const url = new URL(`${issuer}/auth`);
    url.search = new URLSearchParams({ client_id: 'web', request_uri: requestUri }).toString();
    return browser.request(url.href);
  };
  const outcome = async (answer: Response): Promise<string> => {
    const url = new URL(answer.headers.get('location') ?? 'about:blank');
    const { searchParams } = url;
    if (searchParams.has('code')) return 'code';
    return searchParams.get('error') ?? `${answer.status} ${(await answer.text()).slice(0, 200)}`;
  };

  it('gives one code, however many use it at once', async () => {
    const browser = world.browser();
    await authorize(browser, issuer, 'web');
    const requestUri = await push();
    const answers = await Promise.all(Array.from({ length: 10 }, () => use(browser, requestUri)));
    const outcomes = await Promise.all(answers.map(outcome));
    assert.equal(outcomes.filter((one) => one === 'code').length, 1, outcomes.join('\n'));
    for (const one of outcomes) assert.match(one, /^code$|invalid_request_uri/);
    assert.match(await outcome(await use(browser, requestUri)), /invalid_request_uri/);
  });

  it('is not readable where it is stored', async () => {
    const requestUri = await push();
    const id = requestUri.slice(requestUri.lastIndexOf(':') + 1);
    const row = await world
      .db('artifacts')
      .where({ model: 'PushedAuthorizationRequest', key: sha256(id) })
      .first();
    assert.deepEqual(Object.keys(row.payload), ['sealed']);
  });

  it('of another tenant is not there', async () => {
    const requestUri = await push();
    const url = `${issuer}/t/acme/auth?client_id=web&request_uri=${encodeURIComponent(requestUri)}`;
    assert.equal(await outcome(await world.browser().request(url)), 'invalid_request_uri');
  });
});
