import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { errors } from 'oidc-provider';
import { GatehouseError, OverloadedError, StorageUnavailableError } from '../errors.ts';
import {
  answerOf,
  authorizationUrl,
  authorize,
  type EndpointAnswer,
  post,
  redeem,
  refresh,
  SECRET,
  userinfo,
} from '../testing/plain-client.ts';
import { pollUntil } from '../testing/poll.ts';
import { addCast, NOTES_API } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { inProtocol, TemporarilyUnavailable } from './protocol-errors.ts';

const WEB = { id: 'web', secret: SECRET };

describe('inProtocol', () => {
  it('says of an outage or a full queue that it passes, and keeps the cause to itself', async () => {
    for (const cause of [new StorageUnavailableError('postgres'), new OverloadedError('hashing')]) {
      await assert.rejects(inProtocol(Promise.reject(cause)), (error) => {
        assert.ok(error instanceof TemporarilyUnavailable);
        assert.ok(error instanceof errors.OIDCProviderError);
        const { status, statusCode, expose, allow_redirect } = error;
        assert.deepEqual([status, statusCode, expose, allow_redirect], [503, 503, true, false]);
        assert.equal(error.cause, cause);
        assert.ok(!`${error.message} ${error.error_description}`.includes('postgres'));
        return true;
      });
    }
  });

  it('leaves everything else as it is', async () => {
    assert.equal(await inProtocol(Promise.resolve(5)), 5);
    for (const error of [new TypeError('a bug'), new GatehouseError('other', 'another')]) {
      await assert.rejects(inProtocol(Promise.reject(error)), (seen) => seen === error);
    }
  });
});

describe('while PostgreSQL is away', () => {
  let world: ProviderWorld;
  let issuer: string;
  let requests: Record<string, () => Promise<EndpointAnswer>>;

  before(async () => {
    world = await startProviderWorld({ door: true });
    await addCast(world);
    issuer = world.origin;

    const browser = world.browser();
    const scope = { scope: 'openid offline_access', prompt: 'consent' };
    const { code } = await authorize(browser, issuer, 'web', scope);
    const { json: tokens } = await redeem(issuer, code, WEB);
    const forApi = { resource: NOTES_API, scope: 'openid notes:read' };
    const second = await authorize(browser, issuer, 'web', forApi);
    const { json: jwt } = await redeem(issuer, second.code, WEB, { resource: NOTES_API });
    assert.equal(typeof jwt.access_token, 'string');
    const { code: unused } = await authorize(browser, issuer, 'web');

    const about = (endpoint: string, token: unknown) =>
      post(`${issuer}/token/${endpoint}`, { token: String(token) }, WEB);
    const visit = async (url: string) => answerOf(await browser.request(url));
    requests = {
      'the token endpoint, for a code': () => redeem(issuer, unused, WEB),
      'the token endpoint, for a refresh token': () => refresh(issuer, tokens.refresh_token, WEB),
      'the token endpoint, for a machine': () =>
        post(`${issuer}/token`, { grant_type: 'client_credentials', resource: 'urn:none' }, WEB),
      'the token endpoint, for a client that it does not know yet': () =>
        redeem(issuer, unused, { id: 'ledger-web', secret: SECRET }),
      userinfo: () => userinfo(issuer, tokens.access_token),
      introspection: () => about('introspection', tokens.access_token),
      'introspection of a JWT': () => about('introspection', jwt.access_token),
      revocation: () => about('revocation', tokens.refresh_token),
      'revocation of a JWT': () => about('revocation', jwt.access_token),
      'a pushed request': () => post(`${issuer}/request`, pushed, WEB),
      'the page of an authorization request': () => visit(authorizationUrl(issuer, 'web')),
      'an authorization request without a page': () =>
        visit(authorizationUrl(issuer, 'web', { prompt: 'none' })),
      'an authorization request of a client that it does not know yet': () =>
        visit(authorizationUrl(issuer, 'ledger-web')),
      'signing out': () => visit(`${issuer}/session/end`),
    };
  });
  after(() => world.close());

  const pushed = {
    client_id: 'web',
    response_type: 'code',
    redirect_uri: 'https://client.example/callback',
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  };

  it('every endpoint says so, and that it passes, and goes on as soon as it is back', async () => {
    await world.door.refuse();
    const spoke: string[] = [];
    try {
      for (const [what, ask] of Object.entries(requests)) {
        const answer = await ask();
        assert.equal(answer.status, 503, `${what}: ${answer.status} ${answer.text}`);
        assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/, what);
        assert.equal(answer.headers.get('location'), null, `${what}: nothing was decided`);
        assert.ok(answer.text.includes('temporarily_unavailable') || isPage(answer), what);
        assert.doesNotMatch(answer.text, /postgres|ECONN|\.ts|\n +at /, what);
        if ('error' in answer.json) spoke.push(`${what}: ${answer.json.error}`);
      }
    } finally {
      await world.door.restore();
    }
    assert.equal(spoke.length, 10, spoke.join('\n'));
    assert.ok(spoke.every((one) => one.endsWith(': temporarily_unavailable')));

    const recovered = await pollUntil(
      async () => {
        const answer = await userinfo(issuer, await accessToken());
        return answer.status === 200 && answer;
      },
      { deadlineMs: 5_000 },
    );
    assert.equal(typeof recovered.json.sub, 'string');
    for (const [what, ask] of Object.entries(requests)) {
      const { status, text } = await ask();
      assert.ok(status < 500, `${what}: ${status} ${text}`);
    }
  });

  it('nothing that was asked meanwhile is used up', async () => {
    const { code } = await authorize(world.browser(), issuer, 'web');
    await world.door.refuse();
    assert.equal((await redeem(issuer, code, WEB)).status, 503);
    await world.door.restore();
    const answer = await pollUntil(
      async () => {
        const tried = await redeem(issuer, code, WEB);
        return tried.status !== 503 && tried;
      },
      { deadlineMs: 5_000 },
    );
    assert.equal(answer.status, 200, answer.text);
  });

  it('discovery and keys are still served', async () => {
    await world.door.refuse();
    try {
      for (const path of ['/.well-known/openid-configuration', '/jwks']) {
        assert.equal((await fetch(`${issuer}${path}`)).status, 200);
      }
    } finally {
      await world.door.restore();
    }
  });

  it('a server that says nothing any more is an outage, too', async () => {
    const token = await accessToken();
    world.door.silence();
    try {
      const answer = await userinfo(issuer, token);
      assert.equal(answer.status, 503, answer.text);
      assert.equal(answer.json.error, 'temporarily_unavailable');
    } finally {
      await world.door.restore();
    }
    await pollUntil(async () => (await userinfo(issuer, token)).status === 200, {
      deadlineMs: 5_000,
    });
  });

  it('leaves no audit event that tells of a refusal', async () => {
    const kinds = (await world.audited()).map(({ kind, detail }) => `${kind} ${detail?.error}`);
    assert.ok(kinds.length > 5);
    assert.ok(!kinds.some((one) => one.includes('temporarily_unavailable')), kinds.join('\n'));
  });

  async function accessToken(): Promise<unknown> {
    const { code } = await authorize(world.browser(), issuer, 'web');
    return (await redeem(issuer, code, WEB)).json.access_token;
  }
});

const isPage = ({ headers }: EndpointAnswer): boolean =>
  headers.get('content-type')?.startsWith('text/html') === true;
