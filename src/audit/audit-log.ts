import type { TenantId } from '../tenants/tenant.ts';
import type { AuditEvent, AuditEventKind, RecordedAuditEvent } from './audit-event.ts';

/**
 * The append-only log of audit events, in PostgreSQL, partitioned by month.
 *
 * `record` resolves when the event is durable. Events that arrive together are written together,
 * so that the busiest endpoint pays less than one round trip for an event.
 */
export interface AuditLog {
  record(event: AuditEvent): Promise<void>;
  /** Newest first. `before` is the id of the last event of the page before. */
  list(query: {
    tenantId?: TenantId;
    kinds?: readonly AuditEventKind[];
    subjectId?: string;
    before?: string;
    limit: number;
  }): Promise<RecordedAuditEvent[]>;
  /**
   * What an account did and what was done to it, newest first, but for issued and refused tokens.
   * `before` is the id of the last event of the page before.
   */
  listOfAccount(
    tenantId: TenantId,
    accountId: string,
    page: { kinds?: readonly AuditEventKind[]; before?: string; limit: number },
  ): Promise<RecordedAuditEvent[]>;
  /** Writes what is waiting; called when the process stops. */
  flush(): Promise<void>;
}
