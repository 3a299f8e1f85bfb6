import {
  type ECKeyPairKeyObjectOptions,
  generateKeyPair,
  type KeyObject,
  type RSAKeyPairKeyObjectOptions,
} from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { SigningAlgorithm } from '../tenants/tenant.ts';

const RSA: RSAKeyPairKeyObjectOptions = { modulusLength: 2048 };
const P256: ECKeyPairKeyObjectOptions = { namedCurve: 'P-256' };

const generate = promisify(generateKeyPair);

/** A new key pair, both halves as JWKs with `kid`, `alg` and `use`. */
export interface GeneratedSigningKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

/**
 * Makes a signing key: RSA of 2,048 bits, P-256 or Ed25519.
 *
 * The work is done on the thread pool; the event loop goes on serving.
 *
 * @returns `kid` is the SHA-256 thumbprint of the public key, so a key has one name everywhere
 * @see RFC 7638 (thumbprint), RFC 7518 section 3 (algorithms), RFC 8037 (EdDSA)
 */
export async function generateSigningKey(
  algorithm: SigningAlgorithm,
): Promise<GeneratedSigningKey> {
  const pair = await generatePair(algorithm);
  const publicMembers: JWK = pair.publicKey.export({ format: 'jwk' });
  const kid = await calculateJwkThumbprint(publicMembers);
  const names = { kid, alg: algorithm, use: 'sig' };
  return {
    kid,
    algorithm,
    publicJwk: { ...publicMembers, ...names },
    privateJwk: { ...pair.privateKey.export({ format: 'jwk' }), ...names },
  };
}

function generatePair(
  algorithm: SigningAlgorithm,
): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (algorithm) {
    case 'RS256':
    case 'PS256': // an ordinary RSA key: `rsa-pss` keys have no JWK form
      return generate('rsa', RSA);
    case 'ES256':
      return generate('ec', P256);
    case 'EdDSA':
      return generate('ed25519');
  }
}
