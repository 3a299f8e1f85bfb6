import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { randomId } from '../crypto/random-id.ts';
import { insertApplication, insertClient } from '../testing/fixtures.ts';
import { post } from '../testing/plain-client.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { closeServer } from './create-http-server.ts';
import { createOutboundFetch, ForbiddenAddressError, type Lookup } from './outbound-fetch.ts';

/** A client's `jwks_uri` is what the server fetches: here by clients that authenticate with it. */
let world: ProviderWorld;
let outbound: ReturnType<typeof createOutboundFetch>;
let privateKey: CryptoKey;
let jwks: { keys: unknown[] };
let applicationId: string;
let tenantId: string;
/** Addresses of ours that answer with the keys, and what reached them. */
let port: number;
let servers: Server[];
let reached: string[];
/** Where `/redirect` leads. */
let elsewhere: string;

before(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  privateKey = pair.privateKey;
  jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'ES256', use: 'sig' }] };
  world = await startProviderWorld({
    wrap: (deps) => ({ ...deps, fetch: (url, options) => outbound(url, options) }),
  });
  tenantId = (await world.tenant()).id;
  applicationId = await insertApplication(world.db, tenantId, { key: 'jobs' });

  const first = await startKeyServer('127.0.0.1', 0);
  port = (first.address() as AddressInfo).port;
  servers = [first, await startKeyServer('127.0.0.2', port), await startKeyServer('::1', port)];
});
beforeEach(() => {
  reached = [];
});
after(async () => {
  await Promise.all(servers.map(closeServer));
  await world.close();
});

async function startKeyServer(address: string, onPort: number): Promise<Server> {
  const server = createServer((req, res) => {
    reached.push(`${address} ${req.headers.host} ${req.url}`);
    if (req.url === '/redirect') {
      res.writeHead(302, { location: elsewhere }).end();
    } else {
      res.setHeader('content-type', 'application/json').end(JSON.stringify(jwks));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(onPort, address, resolve);
  });
  return server;
}

/** Whether a client whose keys are at that address can authenticate. */
async function authenticates(jwksUri: string): Promise<boolean> {
  const clientId = `job-${randomId(8)}`;
  await insertClient(world.db, tenantId, applicationId, {
    clientId,
    metadata: {
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks_uri: jwksUri,
    },
  });
  const assertion = await new SignJWT({
    iss: clientId,
    sub: clientId,
    aud: world.origin,
    jti: randomId(),
  })
    .setProtectedHeader({ alg: 'ES256' })
    .setExpirationTime('1m')
    .sign(privateKey);
  const { status, json, text } = await post(`${world.origin}/token`, {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  });
  if (status === 200) return true;
  assert.ok(status === 400 || status === 401, `${status} ${text}`);
  assert.ok(json.error === 'invalid_client' || json.error === 'invalid_client_metadata', text);
  for (const inner of ['127.0.0', '::1', 'ECONN', 'special-use']) {
    assert.ok(!text.includes(inner), `tells of our network: ${text}`);
  }
  return false;
}

const keysAt = (host: string, path = '/keys') => `http://${host}:${port}${path}`;

/** A name server that answers each question with the next of its answers, the last for ever. */
function nameServer(answers: Record<string, string[][]>): Lookup {
  const asked: Record<string, number> = {};
  return (hostname, _options, callback) => {
    const known = answers[hostname] ?? [];
    const turn = asked[hostname] ?? 0;
    asked[hostname] = turn + 1;
    const addresses = known[Math.min(turn, known.length - 1)];
    if (addresses === undefined) callback(new Error('ENOTFOUND'), []);
    else
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  };
}

/** One of each kind that is not reachable from everywhere. */
const SPECIAL_ADDRESSES = [
  '0.0.0.0',
  '10.1.2.3',
  '100.127.255.255',
  '127.255.255.254',
  '169.254.169.254',
  '172.31.0.1',
  '192.0.0.170',
  '192.168.1.1',
  '198.19.0.1',
  '239.255.255.250',
  '255.255.255.255',
  '::',
  '::1',
  '::7f00:1',
  '::ffff:169.254.169.254',
  '64:ff9b::7f00:1',
  '2001:0:1::1',
  '2002:7f00:1::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fec0::1',
  'ff02::1',
];

/** `fetch` wraps what kept it from connecting. */
function isForbidden(error: unknown): boolean {
  const reason = error instanceof TypeError ? error.cause : error;
  return reason instanceof ForbiddenAddressError;
}

describe('a request of ours to somebody else', () => {
  it('reaches no address of ours by default', async () => {
    outbound = createOutboundFetch([]);
    const hosts = [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
      '127.1',
      '2130706433',
      '0x7f.1',
    ];
    for (const host of hosts) {
      assert.equal(await authenticates(keysAt(host)), false, host);
    }
    assert.deepEqual(reached, []);
  });

  it('reaches the addresses that the operator allows, and no others', async () => {
    outbound = createOutboundFetch(['127.0.0.1/32']);
    assert.equal(await authenticates(keysAt('127.0.0.1')), true);
    assert.deepEqual(reached, [`127.0.0.1 127.0.0.1:${port} /keys`]);
    for (const host of ['127.0.0.2', '[::1]']) {
      assert.equal(await authenticates(keysAt(host)), false, host);
    }
    assert.equal(reached.length, 1);
  });

  it('reaches a block, IPv6, and IPv4 written as IPv6', async () => {
    outbound = createOutboundFetch(['127.0.0.0/8', '::1']);
    for (const host of ['127.0.0.1', '127.0.0.2', '[::1]', '[::ffff:127.0.0.1]']) {
      assert.equal(await authenticates(keysAt(host)), true, host);
    }
  });

  it('reaches a name all of whose addresses are allowed', async () => {
    const lookup = nameServer({ 'keys.test': [['127.0.0.1', '127.0.0.2']] });
    outbound = createOutboundFetch(['127.0.0.0/8'], lookup);
    assert.equal(await authenticates(keysAt('keys.test')), true);
    assert.match(reached.join(), /keys\.test/);
  });

  it('does not reach a name one of whose addresses is not', async () => {
    const lookup = nameServer({ 'mixed.test': [['127.0.0.1', '127.0.0.2']] });
    outbound = createOutboundFetch(['127.0.0.1/32'], lookup);
    assert.equal(await authenticates(keysAt('mixed.test')), false);
    assert.deepEqual(reached, []);
  });

  it('asks for the addresses of a name once, so that no second answer leads elsewhere', async () => {
    const lookup = nameServer({ 'rebound.test': [['127.0.0.1'], ['127.0.0.2']] });
    outbound = createOutboundFetch(['127.0.0.1/32'], lookup);
    assert.equal(await authenticates(keysAt('rebound.test')), true);
    assert.deepEqual(reached, [`127.0.0.1 rebound.test:${port} /keys`]);
  });

  it('reaches no name one of whose addresses is special, however it is written', async () => {
    for (const address of SPECIAL_ADDRESSES) {
      const names = nameServer({ 'inside.test': [['192.0.66.1', address]] });
      const fails = createOutboundFetch([], names)('http://inside.test/');
      await assert.rejects(fails, isForbidden, address);
      const literal = address.includes(':') ? `[${address}]` : address;
      await assert.rejects(createOutboundFetch([])(`http://${literal}/`), isForbidden, address);
    }
  });

  it('does not reach a name that nobody has', async () => {
    outbound = createOutboundFetch(['127.0.0.0/8'], nameServer({}));
    assert.equal(await authenticates(keysAt('nobody.test')), false);
  });

  it('follows no redirect from an allowed address', async () => {
    outbound = createOutboundFetch(['127.0.0.1/32']);
    for (const target of [keysAt('127.0.0.2'), keysAt('[::1]'), keysAt('127.0.0.1')]) {
      elsewhere = target;
      assert.equal(await authenticates(keysAt('127.0.0.1', '/redirect')), false, target);
    }
    assert.ok(
      reached.every((one) => one.endsWith('/redirect')),
      reached.join(),
    );
  });

  it('recovers when the address becomes allowed', async () => {
    outbound = createOutboundFetch([]);
    assert.equal(await authenticates(keysAt('127.0.0.1')), false);
    outbound = createOutboundFetch(['127.0.0.0/8']);
    assert.equal(await authenticates(keysAt('127.0.0.1')), true);
  });
});
