import type { JWK } from 'jose';
import { type SealContext, SealError, type Sealer } from '../crypto/sealing.ts';
import { isSigningAlgorithm } from '../tenants/known-settings.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { GeneratedSigningKey } from './generate-signing-key.ts';
import type { SealedKeySet } from './key-store.ts';
import type { KeySet, KeyStage, SealedSigningKey, SigningKey } from './signing-key.ts';

/** Version of what is sealed: the JSON of a private JWK. */
const SEAL_VERSION = 1;

/** The library signs with the first key that fits, so what may sign comes first. */
const STAGE_ORDER: Readonly<Record<KeyStage, number>> = { active: 0, next: 1, retiring: 2 };

/**
 * Seals a new key for its place in a tenant's set; the seal opens for this tenant and `kid` only.
 */
export function sealSigningKey(
  sealer: Pick<Sealer, 'seal'>,
  tenantId: TenantId,
  key: GeneratedSigningKey,
): Pick<SealedSigningKey, 'tenantId' | 'kid' | 'algorithm' | 'publicJwk' | 'sealedPrivateJwk'> {
  return {
    tenantId,
    kid: key.kid,
    algorithm: key.algorithm,
    publicJwk: key.publicJwk,
    sealedPrivateJwk: sealer.seal(
      JSON.stringify(key.privateJwk),
      signingKeySealContext(tenantId, key.kid),
    ),
  };
}

/**
 * Opens every key of a set and puts the keys in the order in which the library picks: `active`,
 * `next`, `retiring`, newest first among equals.
 *
 * A key of an algorithm that only a newer release knows is left out: the library could do nothing
 * with it.
 *
 * Nothing is kept: opening takes some 25 µs a key, and a Provider holds what it was built with.
 *
 * @throws SealError when a key does not open, or opens to another key than its record names
 */
export function openKeySet(sealer: Pick<Sealer, 'open'>, sealed: SealedKeySet): KeySet {
  const keys = sealed.keys
    .filter(({ algorithm }) => isSigningAlgorithm(algorithm))
    .map((key) => openSigningKey(sealer, sealed.tenantId, key))
    .sort(
      (a, b) =>
        STAGE_ORDER[a.stage] - STAGE_ORDER[b.stage] ||
        b.createdAt.getTime() - a.createdAt.getTime() ||
        (a.kid < b.kid ? -1 : 1),
    );
  return { tenantId: sealed.tenantId, version: sealed.version, keys };
}

function openSigningKey(
  sealer: Pick<Sealer, 'open'>,
  tenantId: TenantId,
  key: SealedSigningKey,
): SigningKey {
  const privateJwk: JWK = JSON.parse(
    sealer.open(key.sealedPrivateJwk, signingKeySealContext(tenantId, key.kid)),
  );
  if (privateJwk.kid !== key.kid || privateJwk.alg !== key.algorithm) {
    throw new SealError(`the record of signing key ${key.kid} names another key`);
  }
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    stage: key.stage,
    privateJwk,
    createdAt: key.createdAt,
  };
}

/** Where the seal of a signing key belongs. */
export function signingKeySealContext(tenantId: TenantId, kid: string): SealContext {
  return { tenant: tenantId, purpose: 'signing_key', record: kid, version: SEAL_VERSION };
}
