import type { PasswordHasher } from './accounts/password-hasher.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { Backends } from './compose-backends.ts';
import type { ProviderPool } from './provider/provider-for-tenant.ts';
import { keysDueSince, oldestSigningKeys } from './storage/postgres/signing-key-ages.ts';
import type { Metrics } from './telemetry/metrics.ts';

/** How the token endpoint refuses; the second one is `invalid_client`. */
const REFUSALS: ReadonlySet<string> = new Set(['token.refused', 'client.authentication_failed']);

type CountsEvents = Pick<Metrics, 'countAuthEvent' | 'countTokensIssued' | 'countTokensRefused'>;

/**
 * The audit log that also counts: every kind shows in `auth_events_total`, and what the token
 * endpoint did in `tokens_issued_total` and `tokens_refused_total`.
 */
export function countingAudit(audit: AuditLog, metrics: CountsEvents): AuditLog {
  return {
    ...audit,
    record(event) {
      const { kind, detail = {} } = event;
      metrics.countAuthEvent(kind);
      if (kind === 'token.issued') metrics.countTokensIssued(textOf(detail.grant_type));
      if (REFUSALS.has(kind)) metrics.countTokensRefused(textOf(detail.error));
      return audit.record(event);
    },
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Gives every gauge its source. */
export function watchGauges(
  metrics: Metrics,
  parts: {
    backends: Backends;
    hasher: PasswordHasher;
    providers: ProviderPool;
    successorSeconds: number | undefined;
    longestWaitMs: () => number;
    now: () => Date;
  },
): void {
  const { backends, hasher, providers, successorSeconds, longestWaitMs, now } = parts;
  metrics.watchSessions(() => backends.artifacts.countSessions());
  metrics.watchSigningKeys(async () => {
    const oldest = await backends.readMostly(oldestSigningKeys);
    return oldest.map(({ algorithm, stage, createdAt }) => ({
      algorithm,
      stage,
      ageSeconds: (now().getTime() - createdAt.getTime()) / 1000,
    }));
  });
  metrics.watchOverdueKeys(async () => {
    const since = await backends.readMostly((db) =>
      keysDueSince(db, { now: now(), successorSeconds }),
    );
    return since === undefined ? 0 : (now().getTime() - since.getTime()) / 1000;
  });
  metrics.watchDatabasePool(() => {
    const { pool } = backends.db.client;
    return {
      used: pool.numUsed(),
      free: pool.numFree(),
      pending: pool.numPendingAcquires(),
      max: pool.max,
    };
  });
  metrics.watchDatabaseWait(() => longestWaitMs() / 1000);
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
