import type { TenantId } from '../tenants/tenant.ts';
import type { EndedSignIn, LogoutNotificationStore } from './logout-notification-store.ts';

/** How long a client that does not answer is tried. */
const LOGOUT_GIVE_UP_HOURS = 6;
/** How long operators can see what became of a notification. */
const LOGOUT_KEPT_DAYS = 7;

const HOUR_MS = 60 * 60 * 1000;

/**
 * Queues what clients are to hear of sessions that end. It is called before they end: what is
 * queued is delivered even if the process dies in between, and whoever ended them tries again.
 *
 * @throws StorageUnavailableError; nothing has ended yet
 */
export type QueueLogouts = (tenantId: TenantId, ended: readonly EndedSignIn[]) => Promise<void>;

/** What a session says of the clients that were used in it. */
export interface SessionSignIns {
  readonly accountId?: string | undefined;
  readonly authorizations?:
    | Readonly<Record<string, { readonly sid?: string | undefined }>>
    | undefined;
}

/** @param deps.onQueued - called when something is due now */
export function createLogoutQueue(deps: {
  readonly logouts: Pick<LogoutNotificationStore, 'add'>;
  readonly now: () => Date;
  readonly onQueued?: () => void;
}): QueueLogouts {
  return async (tenantId, ended) => {
    if (ended.length === 0) return;
    const now = deps.now();
    const inHours = (hours: number) => new Date(now.getTime() + hours * HOUR_MS);
    const times = {
      now,
      giveUpAt: inHours(LOGOUT_GIVE_UP_HOURS),
      expiresAt: inHours(LOGOUT_KEPT_DAYS * 24),
    };
    if ((await deps.logouts.add(tenantId, ended, times)) > 0) deps.onQueued?.();
  };
}

/** The clients' parts in a session; none of a session that nobody has signed in to. */
export function signInsOf({ accountId, authorizations = {} }: SessionSignIns): EndedSignIn[] {
  if (accountId === undefined) return [];
  return Object.entries(authorizations).flatMap(([clientId, { sid }]) =>
    sid === undefined ? [] : [{ clientId, accountId, sid }],
  );
}
