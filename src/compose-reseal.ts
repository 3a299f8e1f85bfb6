import { KEPT_IN_BROWSER_SECONDS } from './account-page/kept-in-browser.ts';
import { totpSealContext } from './accounts/totp.ts';
import type { AuditEvent } from './audit/audit-event.ts';
import { allTenants } from './cli/tenant-option.ts';
import type { Backends } from './compose-backends.ts';
import { deploymentSealContext } from './keys/deployment-secrets.ts';
import {
  countOtherSeals,
  type ResealDeps,
  type ResealedKind,
  resealRecords,
  type SealContexts,
} from './keys/reseal-records.ts';
import { signingKeySealContext } from './keys/seal-signing-key.ts';
import { originSealContext } from './keys/tenant-origins.ts';
import { mailSealContext } from './mail/mail-content.ts';
import { createPostgresSealedRecordStore } from './storage/postgres/sealed-record-store.ts';
import { upstreamSealContext } from './upstream/upstream-secret.ts';

/** How the rooms that seal what PostgreSQL keeps say where each seal belongs. */
export const SEAL_CONTEXTS: SealContexts = {
  deployment_secrets: ([purpose, version]) => deploymentSealContext(purpose, Number(version)),
  signing_keys: ([tenantId, kid]) => signingKeySealContext(tenantId, kid),
  upstream_secrets: ([tenantId, key]) => upstreamSealContext(tenantId, key),
  totp_seeds: ([tenantId, id]) => totpSealContext(tenantId, id),
  tenant_origins: ([tenantId, originId]) => originSealContext(tenantId, originId),
  mail: ([tenantId, id]) => mailSealContext(tenantId, id),
};

/** What `gatehouse keys reseal` found and did. */
export interface ResealReport {
  /** The key that seals today. */
  readonly sealingKey: string;
  readonly kinds: readonly ResealedKind[];
  /** Until then something short-lived may be sealed under the key that was the first before. */
  readonly keepOlderKeysUntil: Date;
}

/** What it takes to look through everything that is sealed. */
export function resealDeps({ db, sealer }: Pick<Backends, 'db' | 'sealer'>): ResealDeps {
  return { records: createPostgresSealedRecordStore(db), contexts: SEAL_CONTEXTS, sealer };
}

/** Moves what is sealed to the first key, or with `dryRun` counts what is under others. */
export async function reseal(
  backends: Pick<Backends, 'db' | 'sealer' | 'audit' | 'tenants'>,
  now: () => Date,
  input: { readonly dryRun: boolean; readonly actor: AuditEvent['actor'] },
): Promise<ResealReport> {
  const deps = resealDeps(backends);
  const kinds = input.dryRun
    ? await countOtherSeals(deps)
    : await resealRecords({ ...deps, audit: backends.audit }, input);
  const tenants = await allTenants(backends);
  const seconds = Math.max(
    KEPT_IN_BROWSER_SECONDS,
    ...tenants.map(({ settings }) => settings.lifetimes.interactionSeconds),
  );
  return {
    sealingKey: deps.sealer.currentKeyId,
    kinds,
    keepOlderKeysUntil: new Date(now().getTime() + seconds * 1000),
  };
}
