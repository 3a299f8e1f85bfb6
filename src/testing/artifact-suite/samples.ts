import { randomBytes } from 'node:crypto';
import { sha256 } from '../../crypto/digest.ts';
import type { ArtifactKey, ArtifactModel, ArtifactWrite } from '../../provider/artifact-store.ts';
import type { TenantId } from '../../tenants/tenant.ts';
import type { ArtifactStoreHarness } from '../artifact-store-suite.ts';

const SECOND_MS = 1000;
const HOUR_MS = 60 * 60 * SECOND_MS;

type Details = Partial<Omit<ArtifactWrite, 'tenantId' | 'model'>>;

export interface Samples {
  /** A key that nothing else has. */
  key(): ArtifactKey;
  /** A moment so many seconds from now. */
  in(seconds: number): Date;
  /** Moves the clock. */
  advance(seconds: number): void;
  /** A write that lives an hour and began now, of a tenant. */
  write(tenantId: TenantId, model: ArtifactModel, details?: Details): ArtifactWrite;
  /** Options that end something for a day. */
  forADay(): { tombstoneUntil: Date };
}

export function createSamples(harness: ArtifactStoreHarness): Samples {
  const inMs = (ms: number) => new Date(harness.now().getTime() + ms);
  const key = () => sha256(randomBytes(16).toString('hex'));
  return {
    key,
    in: (seconds) => inMs(seconds * SECOND_MS),
    advance: (seconds) => harness.setNow(inMs(seconds * SECOND_MS)),
    write: (tenantId, model, details = {}) => ({
      tenantId,
      model,
      key: key(),
      payload: { kind: model, nonce: 'n-0S6_WzA2Mj' },
      expiresAt: inMs(HOUR_MS),
      startedAt: harness.now(),
      ...details,
    }),
    forADay: () => ({ tombstoneUntil: inMs(24 * HOUR_MS) }),
  };
}
