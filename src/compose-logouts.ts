import type { AuditLog } from './audit/audit-log.ts';
import type { Backends } from './compose-backends.ts';
import { logoutQueue } from './compose-shared.ts';
import { createLogoutCourier, type LogoutCourier } from './provider/deliver-logouts.ts';
import type { ProviderPool } from './provider/provider-for-tenant.ts';
import type { QueueLogouts } from './provider/queue-logouts.ts';
import type { Logger } from './telemetry/logger.ts';
import type { Metrics } from './telemetry/metrics.ts';

/**
 * Wires back-channel logout: what this replica queues it delivers at once; what commands and
 * replicas that died have queued it finds when its courier is asked to look.
 *
 * @param parts.providerForTenant - called later: the pool itself needs the queue
 */
export function logoutDelivery(parts: {
  backends: Pick<Backends, 'logoutNotifications' | 'tenants'>;
  audit: Pick<AuditLog, 'record'>;
  metrics: Pick<Metrics, 'countLogoutNotification'>;
  providerForTenant: ProviderPool['providerForTenant'];
  logger: Logger;
  now: () => Date;
}): { queueLogouts: QueueLogouts; courier: LogoutCourier } {
  const { backends, audit, metrics, providerForTenant, logger, now } = parts;
  const courier = createLogoutCourier({
    logouts: backends.logoutNotifications,
    async providerFor(tenantId) {
      const tenant = await backends.tenants.findById(tenantId);
      return tenant && providerForTenant(tenant);
    },
    audit,
    count: metrics.countLogoutNotification,
    logger,
    now,
  });
  return { queueLogouts: logoutQueue(backends, now, courier.wake), courier };
}
