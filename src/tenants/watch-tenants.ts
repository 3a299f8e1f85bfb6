import type { Logger } from '../telemetry/logger.ts';
import type { TenantId } from './tenant.ts';
import type { TenantChangeFeed, TenantNotifications } from './tenant-change-feed.ts';
import type { TenantStore } from './tenant-store.ts';

/**
 * Watches for changed tenants: a look at PostgreSQL on a timer, and at once when a notification
 * comes.
 *
 * Looks never overlap; what asks for one while one runs is served by one more after it. A look
 * that fails is logged and its changes are found by the next, because the cursor stays. The timer
 * does not keep the process alive.
 *
 * Start it before anything of a tenant is cached: changes are reported from here on.
 *
 * @param deps.notifications - undefined where there is no Redis: the timer alone then
 * @param deps.pollSeconds - how far behind a replica may be when every notification is lost
 * @param onChange - may be told of one change twice; what it throws is logged
 * @returns the feed; whoever made the notifications closes them
 * @throws StorageUnavailableError when the first look fails
 */
export async function watchTenants(
  deps: {
    readonly tenants: Pick<TenantStore, 'changesSince'>;
    readonly notifications?: Pick<TenantNotifications, 'onAnnouncement'> | undefined;
    readonly pollSeconds: number;
    readonly logger: Pick<Logger, 'warn' | 'error'>;
  },
  onChange: (tenantId: TenantId, version: number) => void,
): Promise<TenantChangeFeed> {
  let { cursor } = await deps.tenants.changesSince(undefined);
  /** What the last look found: it comes again for as long as an older transaction is in flight. */
  let reported = new Map<TenantId, number>();
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const look = async () => {
    try {
      const found = await deps.tenants.changesSince(cursor);
      const seen = reported;
      cursor = found.cursor;
      reported = new Map(found.changed.map(({ tenantId, version }) => [tenantId, version]));
      for (const [tenantId, version] of reported) {
        if (!stopped && seen.get(tenantId) !== version) report(tenantId, version);
      }
    } catch (error) {
      deps.logger.warn('could not look for changed tenants; trying again', { error });
    }
  };
  const report = (tenantId: TenantId, version: number) => {
    try {
      onChange(tenantId, version);
    } catch (error) {
      deps.logger.error('a listener failed on a changed tenant', {
        tenant_id: tenantId,
        version,
        error,
      });
    }
  };
  const start = (): Promise<void> => {
    clearTimeout(timer);
    running = look().finally(() => {
      running = undefined;
      if (!stopped) timer = setTimeout(start, deps.pollSeconds * 1000).unref();
    });
    return running;
  };
  const lookNow = (): Promise<void> => {
    if (stopped) return running ?? Promise.resolve();
    if (running === undefined) return start();
    // The one that runs may have read before what this caller wants to see.
    following ??= running.then(() => {
      following = undefined;
      return stopped ? undefined : (running ?? start());
    });
    return following;
  };

  deps.notifications?.onAnnouncement(() => void lookNow());
  timer = setTimeout(start, deps.pollSeconds * 1000).unref();
  return {
    lookNow,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
