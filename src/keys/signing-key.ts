import type { JWK } from 'jose';
import type { SigningAlgorithm, TenantId } from '../tenants/tenant.ts';

/**
 * Signing keys: created, staged, activated and retired per tenant, shared by all replicas. The
 * durable, sealed copy in PostgreSQL wins; Redis holds the same sealed copy for fast reads.
 *
 * Stages: `next` (published, not signing) → `active` → `retiring` (published, not signing) → gone.
 */
export type KeyStage = 'next' | 'active' | 'retiring';

/** A key as stored: the private part sealed. */
export interface SealedSigningKey {
  readonly tenantId: TenantId;
  /** RFC 7638 thumbprint, also the record name in the seal's associated data. */
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly stage: KeyStage;
  readonly publicJwk: JWK;
  /** AES-256-GCM seal of the private JWK's JSON (`crypto/sealing.ts`). */
  readonly sealedPrivateJwk: string;
  readonly createdAt: Date;
  /** When a `next` key may become active; when the others became what they are. */
  readonly stageSince: Date;
  /** When a retiring key is dropped; undefined before that. */
  readonly goneAt: Date | undefined;
}

/** A key opened for signing; lives in memory only. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly stage: KeyStage;
  /** Private JWK with `kid`, `alg` and `use`. */
  readonly privateJwk: JWK;
  readonly createdAt: Date;
}

/** A tenant's keys, active ones first: the order in which the library picks a signing key. */
export interface KeySet {
  readonly tenantId: TenantId;
  /** Grows with every change of the set. */
  readonly version: number;
  readonly keys: readonly SigningKey[];
}
