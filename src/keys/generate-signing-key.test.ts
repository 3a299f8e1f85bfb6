import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { calculateJwkThumbprint, importJWK, jwtVerify, SignJWT } from 'jose';
import type { SigningAlgorithm } from '../tenants/tenant.ts';
import { generateSigningKey } from './generate-signing-key.ts';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi'];
const SHAPES: Record<SigningAlgorithm, object> = {
  RS256: { kty: 'RSA', e: 'AQAB' },
  PS256: { kty: 'RSA', e: 'AQAB' },
  ES256: { kty: 'EC', crv: 'P-256' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
};

for (const algorithm of ['RS256', 'PS256', 'ES256', 'EdDSA'] satisfies SigningAlgorithm[]) {
  describe(`a generated ${algorithm} key`, () => {
    test('signs what its public half verifies', async () => {
      const key = await generateSigningKey(algorithm);
      const token = await new SignJWT({ hello: 'world' })
        .setProtectedHeader({ alg: algorithm, kid: key.kid })
        .sign(await importJWK(key.privateJwk));
      const { payload } = await jwtVerify(token, await importJWK(key.publicJwk));
      assert.equal(payload.hello, 'world');
    });

    test('is named by its RFC 7638 thumbprint and says what it is for', async () => {
      const key = await generateSigningKey(algorithm);
      assert.equal(key.kid, await calculateJwkThumbprint(key.publicJwk, 'sha256'));
      for (const jwk of [key.publicJwk, key.privateJwk]) {
        const { kid, alg, use } = jwk;
        assert.deepEqual({ kid, alg, use }, { kid: key.kid, alg: algorithm, use: 'sig' });
        assert.partialDeepStrictEqual(jwk, SHAPES[algorithm]);
      }
      if (key.publicJwk.n !== undefined) {
        assert.equal(Buffer.from(key.publicJwk.n, 'base64url').length * 8, 2048);
      }
    });

    test('keeps its private half out of the public one', async () => {
      const { publicJwk, privateJwk } = await generateSigningKey(algorithm);
      assert.ok(privateJwk.d);
      for (const member of PRIVATE_MEMBERS) assert.equal(member in publicJwk, false, member);
    });
  });
}

test('the event loop goes on while keys are generated', async () => {
  let turns = 0;
  let generating = true;
  const turn = () => {
    turns += 1;
    if (generating) setImmediate(turn);
  };
  setImmediate(turn);
  await Promise.all([generateSigningKey('RS256'), generateSigningKey('PS256')]);
  generating = false;
  // Two RSA keys take tens of milliseconds; done on the event loop they would let it turn twice.
  assert.ok(turns > 10, `${turns} turns`);
});
