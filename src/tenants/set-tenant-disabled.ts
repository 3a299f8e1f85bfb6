import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Tenant } from './tenant.ts';
import type { TenantNotifications } from './tenant-change-feed.ts';
import type { TenantStore } from './tenant-store.ts';

/**
 * Disables a tenant, which then answers to nobody (its addresses are not there), or enables it again.
 * Nothing of it is lost: sessions and tokens of before work when it is enabled again, those that have
 * expired meanwhile excepted.
 *
 * @throws NotFoundError when it is gone; StorageUnavailableError
 */
export async function setTenantDisabled(
  deps: {
    readonly tenants: Pick<TenantStore, 'setDisabled'>;
    readonly notifications: Pick<TenantNotifications, 'announce'> | undefined;
    readonly audit: Pick<AuditLog, 'record'>;
  },
  tenant: Tenant,
  input: { readonly disabled: boolean; readonly actor: AuditEvent['actor'] },
): Promise<void> {
  const { disabled, actor } = input;
  await deps.tenants.setDisabled(tenant.id, disabled);
  await deps.notifications?.announce(tenant.id);
  await deps.audit.record({
    kind: disabled ? 'tenant.disabled' : 'tenant.enabled',
    tenantId: tenant.id,
    outcome: 'success',
    actor,
    subject: { type: 'tenant', id: tenant.slug },
  });
}
