import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { failsWith, makeHonest, tryToBegin, tryToSignIn } from '../testing/upstream-attempt.ts';
import { startUpstreamServer, type UpstreamServer } from '../testing/upstream-server.ts';
import { createUpstreamWorld, type UpstreamWorld } from '../testing/upstream-world.ts';
import { MAX_ANSWER_BYTES } from './bounded-fetch.ts';

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

describe('a provider that says no', () => {
  const answers: readonly [string, string][] = [
    ['access_denied', 'refused'],
    ['login_required', 'refused'],
    ['temporarily_unavailable', 'unreachable'],
    ['server_error', 'unreachable'],
    ['invalid_scope', 'invalid_response'],
  ];
  for (const [error, reason] of answers) {
    it(`with ${error} is ${reason}`, async () => {
      server.answer = { code: undefined, error, error_description: '<b>words</b> of theirs' };
      failsWith(await signIn(), reason, error);
    });
  }

  it('in words of its own does not get them into a log', async () => {
    server.answer = { code: undefined, error: '\u001b[31m<script>' };
    failsWith(await signIn(), 'invalid_response', 'unprintable');
  });

  it('to a person who does not want', async () => {
    server.person = undefined;
    failsWith(await signIn(), 'refused', 'access_denied');
  });

  it('to us is misconfigured', async () => {
    const provider = world.provider({ ...server, clientSecret: 'yesterday’s secret' });
    const { url, kept } = await world.begin(provider);
    const result = await world.finish(provider, kept, await server.signIn(url));
    failsWith(result, 'misconfigured', 'invalid_client');
  });
});

describe('a provider that is not what our settings say', () => {
  const cases: readonly [string, Record<string, unknown>, string, string][] = [
    ['another issuer', { issuer: 'https://elsewhere.example' }, 'misconfigured', 'issuer_differs'],
    ['no issuer', { issuer: undefined }, 'invalid_response', 'OAUTH_INVALID_RESPONSE'],
    ['no token endpoint', { token_endpoint: undefined }, 'misconfigured', 'no_token_endpoint'],
    ['no keys', { jwks_uri: undefined }, 'misconfigured', 'no_jwks_uri'],
    [
      'a script for an address',
      { authorization_endpoint: 'javascript:alert(1)' },
      'misconfigured',
      'no_authorization_endpoint',
    ],
    [
      'no secrets',
      { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
      'misconfigured',
      'no_secret_authentication',
    ],
  ];
  for (const [name, metadata, reason, detail] of cases) {
    it(`has ${name}: nothing is begun`, async () => {
      server.metadata = metadata;
      failsWith(await begun(), reason, detail);
    });
  }

  it('has an issuer that differs by a slash: nothing is begun', async () => {
    server.metadata = { issuer: `${server.issuer}/` };
    failsWith(await begun(), 'misconfigured', 'issuer_differs');
  });
});

describe('a provider that does not answer', () => {
  const PATHS = ['/.well-known/openid-configuration', '/token', '/jwks'];

  it('in time is given up, wherever it stops', async () => {
    for (const path of PATHS) {
      world = createUpstreamWorld({ timeoutSeconds: 0.2 });
      server.instead.clear();
      // Begins an answer and never ends it.
      server.instead.set(path, (_req, res) => {
        res.writeHead(200, { 'content-type': 'application/json' }).write('{');
        setImmediate(() => res.write('"'));
      });
      failsWith(await signIn(), 'unreachable', 'timeout');
    }
  });

  it('but for more than we read is given up', async () => {
    for (const path of PATHS) {
      world = createUpstreamWorld();
      server.instead.clear();
      server.instead.set(path, (_req, res) => {
        res.writeHead(200, { 'content-type': 'application/json' });
        res.end(JSON.stringify({ padding: 'x'.repeat(MAX_ANSWER_BYTES) }));
      });
      failsWith(await signIn(), 'unreachable', 'answer_too_large');
    }
  });

  it('but with an error, a redirect, or by hanging up', async () => {
    const misbehaviours: readonly [Parameters<typeof server.instead.set>[1], RegExp][] = [
      [(_req, res) => void res.writeHead(503).end('<h1>busy</h1>'), /^status_503$/],
      [(_req, res) => void res.writeHead(429).end(), /^status_429$/],
      [(_req, res) => void res.writeHead(302, { location: other.issuer }).end(), /./],
      [(req) => void req.socket.destroy(), /./],
    ];
    for (const path of PATHS) {
      for (const [misbehaviour, detail] of misbehaviours) {
        world = createUpstreamWorld();
        server.instead.clear();
        server.instead.set(path, misbehaviour);
        failsWith(await signIn(), 'unreachable', detail);
      }
    }
    assert.deepEqual(other.asked, []);
  });

  it('with JSON is an invalid response', async () => {
    server.instead.set('/token', (_req, res) => void res.writeHead(200).end('<html>'));
    failsWith(await signIn(), 'invalid_response', /^OAUTH_/);
  });

  it('because it is inside our network is not asked', async () => {
    world = createUpstreamWorld({ allow: [] });
    failsWith(await signIn(), 'unreachable', 'forbidden_address');
    assert.deepEqual(server.asked, []);
  });

  it('recovers', async () => {
    server.instead.set('/.well-known/openid-configuration', (_req, res) => {
      res.writeHead(503).end();
    });
    failsWith(await signIn(), 'unreachable', 'status_503');
    server.instead.clear();
    assert.equal((await signIn()).outcome, 'verified');
  });
});
