import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { failsWith, makeHonest, tryToBegin, tryToSignIn } from '../testing/upstream-attempt.ts';
import {
  type Signing,
  startUpstreamServer,
  type UpstreamServer,
} from '../testing/upstream-server.ts';
import {
  BINDING,
  createUpstreamWorld,
  REDIRECT_URI,
  type UpstreamWorld,
} from '../testing/upstream-world.ts';
import { bindingOfState, upstreamCallbackPath } from './begin-upstream-sign-in.ts';

let server: UpstreamServer;
let other: UpstreamServer;
let world: UpstreamWorld;

before(async () => {
  server = await startUpstreamServer();
  other = await startUpstreamServer();
});
beforeEach(() => {
  world = createUpstreamWorld({ timeoutSeconds: 1 });
  for (const one of [server, other]) makeHonest(one);
});
after(async () => {
  await server.close();
  await other.close();
});

const begun = (provider = world.provider(server)) => tryToBegin(world, provider);
const signIn = (provider = world.provider(server)) => tryToSignIn(world, server, provider);

describe('an honest sign-in at a provider', () => {
  it('asks for what the provider is configured for, and binds the answer', async () => {
    const provider = { ...world.provider(server), prompt: 'select_account' };
    const { url, kept } = await world.begin(provider, {
      loginHint: 'alice',
      locales: ['de', 'en'],
    });
    const asked = Object.fromEntries(new URL(url).searchParams);
    const { state, nonce, code_challenge: challenge, ...rest } = asked;
    assert.deepEqual(rest, {
      client_id: server.clientId,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid profile email',
      code_challenge_method: 'S256',
      prompt: 'select_account',
      login_hint: 'alice',
      ui_locales: 'de en',
    });
    assert.equal(bindingOfState(state ?? ''), BINDING);
    assert.match(nonce ?? '', /^[\w-]{43}$/);
    assert.match(challenge ?? '', /^[\w-]{43}$/);
    assert.ok(!url.includes(kept.codeVerifier));
    assert.deepEqual(JSON.parse(JSON.stringify(kept)), kept);
  });

  it('says who it is, and what is said of them', async () => {
    server.person = {
      sub: 'alice-1',
      name: ' Alice Example ',
      given_name: 'Alice',
      family_name: 7,
      nickname: 'two\nlines',
      locale: 'de-CH',
      picture: 'https://tracker.example/',
      email: 'alice@acme.example',
      email_verified: true,
    };
    assert.deepEqual(await signIn(), {
      outcome: 'verified',
      identity: {
        provider: 'up',
        issuer: server.issuer,
        subject: 'alice-1',
        email: 'alice@acme.example',
        emailVerified: true,
        claims: { name: 'Alice Example', given_name: 'Alice', locale: 'de-CH' },
        authenticatedAt: undefined,
      },
    });
  });

  for (const [name, said, verified] of [
    ['true', true, true],
    ['the text "true"', 'true', true],
    ['false', false, false],
    ['nothing', undefined, false],
    ['1', 1, false],
  ] as const) {
    it(`takes an address as ${verified ? 'verified' : 'unverified'} of which it says ${name}`, async () => {
      server.person = { sub: 'a', name: 'A', email: 'a@b.example', email_verified: said };
      const result = await signIn();
      assert.ok(result.outcome === 'verified');
      assert.equal(result.identity.emailVerified, verified);
    });
  }

  it('leaves out an address that is none, and its verification', async () => {
    server.person = { sub: 'a', name: 'A', email: 'a@b@c', email_verified: true };
    const result = await signIn();
    assert.ok(result.outcome === 'verified');
    assert.equal(result.identity.email, undefined);
    assert.equal(result.identity.emailVerified, false);
  });

  it('asks userinfo where the ID token is silent, and takes both words on an address from there', async () => {
    server.person = { sub: 'alice-1', email_verified: true };
    server.userinfo = { sub: 'alice-1', name: 'Alice', email: 'alice@acme.example' };
    const result = await signIn();
    assert.ok(result.outcome === 'verified');
    assert.equal(result.identity.email, 'alice@acme.example');
    assert.equal(result.identity.emailVerified, false);
    assert.deepEqual(result.identity.claims, { name: 'Alice' });
  });

  it('lets userinfo verify no address of the ID token', async () => {
    server.person = { sub: 'alice-1', email: 'alice@acme.example' };
    server.userinfo = { sub: 'alice-1', name: 'A', email: 'eve@b.example', email_verified: true };
    const result = await signIn();
    assert.ok(result.outcome === 'verified');
    assert.equal(result.identity.email, 'alice@acme.example');
    assert.equal(result.identity.emailVerified, false);
  });

  it('sends the secret in the header where the provider takes nothing else', async () => {
    server.metadata = { token_endpoint_auth_methods_supported: undefined };
    assert.equal((await signIn()).outcome, 'verified');
    assert.equal(server.received.at(-1)?.client_secret, undefined);
  });

  it('discovers a provider once, for many at once too, and asks for its keys once', async () => {
    const provider = world.provider(server);
    await Promise.all([world.begin(provider), world.begin(provider), world.begin(provider)]);
    for (const _ of [1, 2]) assert.equal((await signIn(provider)).outcome, 'verified');
    const asked = server.asked.filter((one) => one.startsWith('GET /') && !one.includes('auth'));
    assert.deepEqual(asked, ['GET /.well-known/openid-configuration', 'GET /jwks']);
  });

  it('goes on with what was discovered while the discovery document cannot be had', async () => {
    const provider = world.provider(server);
    await world.begin(provider);
    world.clock.now = new Date(world.clock.now.getTime() + 11 * 60 * 1000);
    server.instead.set('/.well-known/openid-configuration', (_req, res) => {
      res.writeHead(503).end();
    });
    assert.equal((await signIn(provider)).outcome, 'verified');
    server.instead.clear();
    server.metadata = { issuer: `${server.issuer}/` };
    world.clock.now = new Date(world.clock.now.getTime() + 31 * 1000);
    failsWith(await begun(provider), 'misconfigured', 'issuer_differs');
  });

  it('has a redirect URI of its own for each provider', () => {
    assert.equal(upstreamCallbackPath('up'), '/upstream/up/callback');
    assert.notEqual(upstreamCallbackPath('up'), upstreamCallbackPath('other'));
  });

  it('is asked by a pushed request where the provider wants that', async () => {
    server.metadata = {
      require_pushed_authorization_requests: true,
      pushed_authorization_request_endpoint: `${server.issuer}/par`,
    };
    server.instead.set('/par', (_req, res) => {
      res.writeHead(201, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ request_uri: 'urn:pushed:1', expires_in: 60 }));
    });
    const { url } = await world.begin(world.provider(server));
    assert.deepEqual(Object.fromEntries(new URL(url).searchParams), {
      client_id: server.clientId,
      request_uri: 'urn:pushed:1',
    });
  });
});

describe('an answer that is not what was asked for signs nobody in', () => {
  const seconds = Math.floor(Date.now() / 1000);
  const forgeries: readonly [string, Record<string, unknown>, RegExp][] = [
    ['another nonce', { nonce: 'replayed' }, /JWT_CLAIM/],
    ['no nonce', { nonce: undefined }, /INVALID_RESPONSE/],
    ['another audience', { aud: 'somebody-else' }, /JWT_CLAIM/],
    ['more audiences', { aud: ['gatehouse at upstream', 'other'] }, /JWT_CLAIM/],
    [
      'another authorized party',
      { aud: ['gatehouse at upstream', 'other'], azp: 'other' },
      /JWT_CLAIM/,
    ],
    ['another issuer', { iss: 'https://honest.example' }, /JWT_CLAIM/],
    ['no expiry', { exp: undefined }, /INVALID_RESPONSE/],
    ['an expiry in the past', { exp: seconds - 3600 }, /TIMESTAMP/],
    ['a beginning in the future', { nbf: seconds + 3600 }, /TIMESTAMP/],
    ['no subject', { sub: undefined }, /INVALID_RESPONSE/],
    ['an empty subject', { sub: '' }, /INVALID_RESPONSE|bad_subject/],
    ['a subject of 256 characters', { sub: 'x'.repeat(256) }, /bad_subject/],
    ['a subject that is not ASCII', { sub: 'älice' }, /bad_subject/],
    ['a subject with NUL', { sub: 'a\u0000b' }, /bad_subject/],
    ['a subject that is a number', { sub: 7 }, /INVALID_RESPONSE/],
  ];
  for (const [name, forged, detail] of forgeries) {
    it(`an ID token with ${name}`, async () => {
      server.forged = forged;
      failsWith(await signIn(), 'invalid_response', detail);
    });
  }

  const signings: readonly Exclude<Signing, 'honest'>[] = [
    'none',
    'HS256',
    'stranger',
    'no_such_key',
  ];
  for (const signing of signings) {
    it(`an ID token signed as: ${signing}`, async () => {
      server.signing = signing;
      failsWith(await signIn(), 'invalid_response', /^OAUTH_/);
    });
  }

  it('no ID token at all', async () => {
    server.instead.set('/token', (_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ access_token: 'a', token_type: 'Bearer' }));
    });
    failsWith(await signIn(), 'invalid_response', /INVALID_RESPONSE/);
  });

  it('userinfo of somebody else', async () => {
    server.userinfo = { sub: 'bob', email: 'bob@acme.example', email_verified: true };
    failsWith(await signIn(), 'invalid_response', /^OAUTH_/);
  });

  it('an authentication that is older than was asked for, or of no time at all', async () => {
    const provider = { ...world.provider(server), prompt: 'select_account' };
    const anew = async () => {
      const { url, kept } = await world.begin(provider, { anew: 'said' });
      const asked = new URL(url).searchParams;
      assert.equal(asked.get('prompt'), 'login');
      assert.equal(asked.get('max_age'), '0');
      return world.finish(provider, kept, await server.signIn(url));
    };
    for (const auth_time of [seconds - 60, undefined]) {
      server.forged = { auth_time };
      failsWith(await anew(), 'not_recent', 'auth_time');
    }
    const now = Math.floor(world.clock.now.getTime() / 1000);
    server.forged = { auth_time: now };
    const result = await anew();
    assert.ok(result.outcome === 'verified');
    assert.deepEqual(result.identity.authenticatedAt, new Date(now * 1000));
  });
});

describe('an answer that is not ours', () => {
  it('has the state of another session: its code is not redeemed', async () => {
    const provider = world.provider(server);
    const mine = await world.begin(provider);
    const theirs = await world.begin(provider);
    const result = await world.finish(provider, mine.kept, await server.signIn(theirs.url));
    failsWith(result, 'invalid_response', 'OAUTH_INVALID_RESPONSE');
    assert.ok(!server.asked.includes('POST /token'));
  });

  it('has the code of another session under our state: it is bound to the other', async () => {
    const provider = world.provider(server);
    const mine = await world.begin(provider);
    const theirs = await world.begin(provider);
    const answer = await server.signIn(theirs.url);
    answer.set('state', mine.kept.state);
    failsWith(await world.finish(provider, mine.kept, answer), 'invalid_response', 'invalid_grant');
  });

  it('comes a second time', async () => {
    const provider = world.provider(server);
    const { url, kept } = await world.begin(provider);
    const answer = await server.signIn(url);
    assert.equal((await world.finish(provider, kept, answer)).outcome, 'verified');
    failsWith(await world.finish(provider, kept, answer), 'invalid_response', 'invalid_grant');
  });

  it('is that of another provider (mix-up): the code goes nowhere', async () => {
    const provider = world.provider(server);
    const { url, kept } = await world.begin(provider);
    const answer = await server.signIn(url);
    answer.set('iss', other.issuer);
    failsWith(
      await world.finish(provider, kept, answer),
      'invalid_response',
      'OAUTH_INVALID_RESPONSE',
    );
    answer.delete('iss');
    failsWith(
      await world.finish(provider, kept, answer),
      'invalid_response',
      'OAUTH_INVALID_RESPONSE',
    );
    const elsewhere = { ...world.provider(other), key: 'other' };
    failsWith(await world.finish(elsewhere, kept, answer), 'invalid_response', 'other_provider');
    for (const one of [server, other]) assert.ok(!one.asked.includes('POST /token'));
  });

  it('names a parameter twice', async () => {
    const provider = world.provider(server);
    const { url, kept } = await world.begin(provider);
    const answer = await server.signIn(url);
    for (const name of ['code', 'state', 'iss']) {
      const twice = new URLSearchParams(answer);
      twice.append(name, 'another');
      failsWith(await world.finish(provider, kept, twice), 'invalid_response', /^OAUTH_/);
    }
    assert.ok(!server.asked.includes('POST /token'));
  });

  it('comes too late, or after the provider was pointed elsewhere', async () => {
    const provider = world.provider(server);
    const { url, kept } = await world.begin(provider);
    const answer = await server.signIn(url);
    const moved = { ...provider, issuer: other.issuer };
    failsWith(await world.finish(moved, kept, answer), 'expired', 'issuer_changed');
    world.clock.now = new Date(world.clock.now.getTime() + 15 * 60 * 1000 + 1000);
    failsWith(await world.finish(provider, kept, answer), 'expired', 'too_late');
    assert.ok(!server.asked.includes('POST /token'));
  });

  it('is nonsense', async () => {
    const provider = world.provider(server);
    const { kept } = await world.begin(provider);
    for (const query of [
      '',
      'code=x',
      `state=${kept.state}`,
      'response=eyJ',
      'error=%00&state=x',
    ]) {
      const result = await world.finish(provider, kept, new URLSearchParams(query));
      failsWith(result, 'invalid_response', /^OAUTH_/);
    }
  });
});

describe('a state', () => {
  it('names what it belongs to, in one reading', () => {
    const random = 'r'.repeat(43);
    assert.equal(bindingOfState(`uid_-1.${random}`), 'uid_-1');
    for (const other of [
      '',
      random,
      `.${random}`,
      `a/b.${random}`,
      `a.b.${random}`,
      `a.${random}x`,
    ]) {
      assert.equal(bindingOfState(other), undefined, other);
    }
  });
});
