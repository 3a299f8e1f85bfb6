import type { AuditEvent, AuditEventKind } from '../audit/audit-event.ts';
import type { TenantId } from '../tenants/tenant.ts';
import type { SeedChange } from './seed-plan.ts';
import type { RemoveWrite } from './seed-store.ts';

const REMOVED: Readonly<Record<RemoveWrite['of'], AuditEventKind>> = {
  upstream: 'upstream.deleted',
  application: 'application.deleted',
  role: 'role.deleted',
  client: 'client.deleted',
  group: 'group.deleted',
  account: 'account.deleted',
};

/** What the audit log is told of the changes of one tenant. */
export function auditEventsOf(
  tenantId: TenantId,
  changes: readonly SeedChange[],
  actor: AuditEvent['actor'],
): AuditEvent[] {
  const count = (wanted: SeedChange['action']) =>
    changes.filter(({ action }) => action === wanted).length;
  const about = { tenantId, outcome: 'success', actor } as const;
  return [
    {
      ...about,
      kind: 'seed.applied',
      detail: { created: count('create'), updated: count('update'), removed: count('remove') },
    },
    ...changes.flatMap((change) => {
      const event = eventOf(change);
      return event === undefined ? [] : [{ ...about, ...event }];
    }),
  ];
}

/** The event that a change has beside the one that counts it. */
function eventOf(change: SeedChange): Pick<AuditEvent, 'kind' | 'subject'> | undefined {
  const { action, kind, tenant, name, fields, write } = change;
  const event = (what: AuditEventKind, type: string, id: string) => ({
    kind: what,
    subject: { type, id },
  });
  switch (write.kind) {
    case 'account':
      return action === 'create' ? event('account.created', 'account', write.id) : undefined;
    case 'tenant':
    case 'retire':
      // Only a prune, and the return after it, show as a change of this.
      return fields.some(({ field }) => field === 'disabled')
        ? event(write.kind === 'retire' ? 'tenant.disabled' : 'tenant.enabled', 'tenant', tenant)
        : undefined;
    case 'release':
      return event('account.released', 'account', write.key);
    case 'remove':
      return event(REMOVED[write.of], kind, write.of === 'account' ? write.key : name);
    default:
      return undefined;
  }
}
