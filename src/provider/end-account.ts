import type { TenantId } from '../tenants/tenant.ts';
import { storedSession } from './account-sessions.ts';
import { tombstoneUntil } from './adapter.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { listAll } from './list-all.ts';
import { type QueueLogouts, signInsOf } from './queue-logouts.ts';

/**
 * Ends everything that an account has open, on every replica and for good: sessions, interactions,
 * codes, tokens, those with `offline_access` too. Its clients hear of it. What begins later is not
 * refused.
 *
 * @throws StorageUnavailableError: try again
 */
export async function endAccount(
  deps: {
    readonly artifacts: Pick<ArtifactStore, 'listByAccount' | 'endAccount'>;
    readonly queueLogouts: QueueLogouts;
    readonly now: () => Date;
  },
  tenantId: TenantId,
  accountId: string,
): Promise<void> {
  const sessions = await listAll(deps.artifacts, tenantId, accountId, 'Session');
  const signIns = sessions.flatMap(({ payload }) => signInsOf(storedSession(payload)));
  await deps.queueLogouts(tenantId, signIns);
  const options = { tombstoneUntil: tombstoneUntil(deps.now()) };
  await deps.artifacts.endAccount(tenantId, accountId, options);
}
