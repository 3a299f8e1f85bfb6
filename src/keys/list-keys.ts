import { SealError, type Sealer } from '../crypto/sealing.ts';
import type { SigningAlgorithm, Tenant } from '../tenants/tenant.ts';
import type { KeyStore } from './key-store.ts';
import type { KeyStage } from './signing-key.ts';

/** A signing key as operators see it. */
export interface ListedKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly stage: KeyStage;
  readonly createdAt: Date;
  /** Since when the key is in its stage; for a `next` key when it may sign. */
  readonly since: Date;
  /** When a retiring key is dropped. */
  readonly goneAt: Date | undefined;
  /** Which of KEY_ENCRYPTION_KEYS seals it; undefined when the record is damaged. */
  readonly sealingKeyId: string | undefined;
}

const STAGES: readonly KeyStage[] = ['active', 'next', 'retiring'];

/**
 * Lists a tenant's signing keys from the durable copy, by algorithm and stage. Opens none, so it
 * also answers when a sealing key is missing.
 *
 * @returns empty when the tenant has no keys yet: its first request makes them
 * @throws StorageUnavailableError
 */
export async function listKeys(
  deps: { readonly keys: Pick<KeyStore, 'load'>; readonly sealer: Pick<Sealer, 'keyIdOf'> },
  tenant: Pick<Tenant, 'id'>,
): Promise<ListedKey[]> {
  const { keys } = await deps.keys.load(tenant.id);
  return keys
    .map((key) => ({
      kid: key.kid,
      algorithm: key.algorithm,
      stage: key.stage,
      createdAt: key.createdAt,
      since: key.stageSince,
      goneAt: key.goneAt,
      sealingKeyId: sealingKeyIdOf(deps.sealer, key.sealedPrivateJwk),
    }))
    .sort(
      (a, b) =>
        a.algorithm.localeCompare(b.algorithm) ||
        STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage) ||
        b.since.getTime() - a.since.getTime(),
    );
}

function sealingKeyIdOf(sealer: Pick<Sealer, 'keyIdOf'>, sealed: string): string | undefined {
  try {
    return sealer.keyIdOf(sealed);
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}
