import { LRUCache } from 'lru-cache';
import type { Logger } from '../telemetry/logger.ts';
import type { AuditEvent } from './audit-event.ts';
import type { AuditLog } from './audit-log.ts';

/** Events of strangers that are recorded of one caller in one window. */
export const RECORDED_OF_STRANGERS = 60;

const WINDOW_SECONDS = 60;
/** Callers remembered; the longest unseen is forgotten first, as though its window had ended. */
const MAX_CALLERS = 10_000;

/** What a caller did since its window began. */
interface Window {
  count: number;
  /** The last one that was not recorded yet. */
  held: AuditEvent | undefined;
}

/**
 * The audit log that no stranger can fill from one address: of their events (`byStranger`) it
 * records the first 60 that one caller causes in a minute, whatever the tenants, and at the minute's
 * end, or at `flush`, the last one, with how many there were in between (`detail.left_out`). Rows and
 * what they say was left out make up what happened, unless the process is killed within that minute.
 *
 * All other events are recorded as they come.
 *
 * @param deps.callerOf - who is meant by an address: `callerOf` of `accounts/attempt-subjects.ts`
 */
export function boundStrangers(
  audit: AuditLog,
  deps: {
    callerOf: (address: string) => string;
    logger: Logger;
    windowSeconds?: number;
    maxCallers?: number;
  },
): AuditLog {
  const windows = new LRUCache<string, Window>({
    max: deps.maxCallers ?? MAX_CALLERS,
    ttl: (deps.windowSeconds ?? WINDOW_SECONDS) * 1000,
    ttlAutopurge: true,
    dispose: (window) => recordHeld(window),
  });

  function recordHeld({ count, held }: Window): void {
    if (held === undefined) return;
    const leftOut = count - RECORDED_OF_STRANGERS - 1;
    const detail = leftOut === 0 ? held.detail : { ...held.detail, left_out: leftOut };
    audit
      .record({ ...held, ...(detail === undefined ? {} : { detail }) })
      .catch((error: unknown) =>
        deps.logger.error('audit event lost', { kind: held.kind, left_out: leftOut, error }),
      );
  }

  return {
    ...audit,

    async record(event) {
      if (event.byStranger !== true) return audit.record(event);
      const caller = deps.callerOf(event.address ?? '');
      const window = windows.get(caller) ?? { count: 0, held: undefined };
      if (window.count === 0) windows.set(caller, window);
      window.count += 1;
      if (window.count <= RECORDED_OF_STRANGERS) return audit.record(event);
      const { held } = window;
      window.held =
        held === undefined || held.tenantId === event.tenantId ? event : ofSeveralTenants(event);
    },

    async flush() {
      windows.clear();
      await audit.flush();
    },
  };
}

/** An event that stands for those of several tenants: the deployment's, with nothing of one of them. */
function ofSeveralTenants(event: AuditEvent): AuditEvent {
  const { clientId: _client, subject: _subject, ...rest } = event;
  return { ...rest, tenantId: undefined, actor: { type: 'anonymous' } };
}
