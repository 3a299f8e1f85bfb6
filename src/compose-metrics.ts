import type { PasswordHasher } from './accounts/password-hasher.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { Backends } from './compose-backends.ts';
import type { ProviderPool } from './provider/provider-for-tenant.ts';
import { keysDueSince, oldestSigningKeys } from './storage/postgres/signing-key-ages.ts';
import type { Metrics } from './telemetry/metrics.ts';

/** The audit log that also counts: every kind shows in `auth_events_total`. */
export function countingAudit(audit: AuditLog, metrics: Metrics): AuditLog {
  return {
    ...audit,
    record(event) {
      metrics.countAuthEvent(event.kind);
      return audit.record(event);
    },
  };
}

/** Gives every gauge its source. */
export function watchGauges(
  metrics: Metrics,
  parts: {
    backends: Backends;
    hasher: PasswordHasher;
    providers: ProviderPool;
    successorSeconds: number | undefined;
    now: () => Date;
  },
): void {
  const { backends, hasher, providers, successorSeconds, now } = parts;
  metrics.watchSessions(() => backends.artifacts.countSessions());
  metrics.watchSigningKeys(async () => {
    const oldest = await oldestSigningKeys(backends.db);
    return oldest.map(({ algorithm, stage, createdAt }) => ({
      algorithm,
      stage,
      ageSeconds: (now().getTime() - createdAt.getTime()) / 1000,
    }));
  });
  metrics.watchOverdueKeys(async () => {
    const since = await keysDueSince(backends.db, { now: now(), successorSeconds });
    return since === undefined ? 0 : (now().getTime() - since.getTime()) / 1000;
  });
  metrics.watchDatabasePool(() => {
    const { pool } = backends.db.client;
    return { used: pool.numUsed(), free: pool.numFree(), pending: pool.numPendingAcquires() };
  });
  metrics.watchLogoutNotifications(() => backends.logoutNotifications.countQueued());
  metrics.watchHashQueue(() => {
    const { running, waiting } = hasher.load();
    return running + waiting;
  });
  metrics.watchProviderPool(() => providers.size());
  metrics.watchMailOutbox(async () => {
    const { queued, oldest } = await backends.mail.outbox.backlog();
    const age = oldest === undefined ? 0 : (now().getTime() - oldest.getTime()) / 1000;
    return { queued, oldestSeconds: Math.max(age, 0) };
  });
  metrics.watchRetention(() => backends.retention.backlog());
}
