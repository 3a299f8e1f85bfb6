import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import Provider from 'oidc-provider';
import { createSealer } from '../../crypto/sealing.ts';
import { generateSigningKey } from '../../keys/generate-signing-key.ts';
import { openKeySet, sealSigningKey } from '../../keys/seal-signing-key.ts';
import type { KeyStage, SealedSigningKey } from '../../keys/signing-key.ts';
import type { SigningAlgorithm } from '../../tenants/tenant.ts';
import { randomSealingKey } from '../key-replica.ts';

/**
 * `oidc-provider` signs with the first key of an algorithm, whatever its stage: that our order
 * keeps it from `next` and `retiring` keys is shown with the library itself.
 */
const TENANT = 'tenant-a';
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] satisfies SigningAlgorithm[];
/** The worst order: what must not sign comes first, and newest. */
const STAGES: readonly KeyStage[] = ['next', 'retiring', 'active'];

const sealer = createSealer([randomSealingKey()]);
const kids = new Map<string, string>();
let server: Server;
let origin: string;

before(async () => {
  const keys = await Promise.all(
    ALGORITHMS.flatMap((algorithm) => STAGES.map((stage) => [algorithm, stage] as const)).map(
      ([algorithm, stage], index) => sealedKey(algorithm, stage, index),
    ),
  );
  for (const key of keys) kids.set(`${key.algorithm} ${key.stage}`, key.kid);
  const set = openKeySet(sealer, { tenantId: TENANT, version: 1, keys });

  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  const provider = new Provider(origin, {
    adapter: emptyAdapter,
    jwks: { keys: set.keys.map((key) => ({ ...key.privateJwk })) },
    cookies: { keys: ['not used here'] },
    ttl: { ClientCredentials: 60 },
    clients: [
      {
        client_id: 'machine',
        client_secret: 'a secret of thirty-two characters.',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: resource.slice('urn:'.length) as SigningAlgorithm } },
        }),
      },
    },
  });
  server.on('request', provider.callback());
});

after(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

async function sealedKey(
  algorithm: SigningAlgorithm,
  stage: KeyStage,
  index: number,
): Promise<SealedSigningKey> {
  const time = new Date(Date.UTC(2030, 0, 1) - index * 1000);
  return {
    ...sealSigningKey(sealer, TENANT, await generateSigningKey(algorithm)),
    stage,
    createdAt: time,
    stageSince: time,
    goneAt: undefined,
  };
}

async function issueToken(algorithm: SigningAlgorithm): Promise<string> {
  const response = await fetch(`${origin}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'machine',
      client_secret: 'a secret of thirty-two characters.',
      resource: `urn:${algorithm}`,
    }),
  });
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return body.access_token;
}

/** Nothing is stored: clients are static and JWT access tokens are not kept. */
function emptyAdapter() {
  const nothing = async () => undefined;
  return {
    upsert: nothing,
    find: nothing,
    findByUserCode: nothing,
    findByUid: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
  };
}

describe('with keys of every stage', () => {
  for (const algorithm of ALGORITHMS) {
    test(`the library signs ${algorithm} with the active key`, async () => {
      const token = await issueToken(algorithm);
      assert.equal(decodeProtectedHeader(token).kid, kids.get(`${algorithm} active`));
      await jwtVerify(token, createRemoteJWKSet(new URL(`${origin}/jwks`)));
    });
  }

  test('the JWKS publishes all of them, without private members', async () => {
    const response = await fetch(`${origin}/jwks`);
    const { keys } = await response.json();
    assert.deepEqual(keys.map((key: { kid: string }) => key.kid).sort(), [...kids.values()].sort());
    for (const key of keys) {
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi']) assert.equal(member in key, false);
    }
  });
});
