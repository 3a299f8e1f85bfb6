import type { Logger } from '../../telemetry/logger.ts';
import type { TenantNotifications } from '../../tenants/tenant-change-feed.ts';
import { type RedisClient, subscriberOf } from './redis.ts';

/** A server that refuses or does not answer a subscription is asked again after this. */
const RETRY_MS = 2000;

/**
 * Notifications of changed tenants over Redis pub/sub.
 *
 * The first listener opens a second connection, which subscribing needs. It comes back by itself
 * whenever Redis does, and listeners are told each time, because messages may have been lost in
 * between.
 *
 * @param redis - publishes; its settings are those of the second connection, too
 * @param options.keyPrefix - leads the channel's name, so that deployments may share a Redis
 */
export function createRedisTenantNotifications(
  redis: RedisClient,
  options: { readonly keyPrefix: string; readonly logger: Pick<Logger, 'warn'> },
): TenantNotifications {
  const channel = `${options.keyPrefix}tenants:changed`;
  const listeners: (() => void)[] = [];
  let subscriber: RedisClient | undefined;
  let retry: NodeJS.Timeout | undefined;
  let away = false;

  const tell = () => {
    for (const listener of listeners) listener();
  };
  const lost = (error: unknown) => {
    if (!away) {
      options.logger.warn('no notifications of changed tenants; the timer goes on', { error });
    }
    away = true;
  };
  const subscribe = (connection: RedisClient) => {
    clearTimeout(retry);
    connection.subscribe(channel).then(
      () => {
        away = false;
        tell();
      },
      (error: unknown) => {
        lost(error);
        // A lost connection subscribes when it is back; after a refusal nothing else would.
        if (connection.status === 'ready') {
          retry = setTimeout(subscribe, RETRY_MS, connection).unref();
        }
      },
    );
  };
  const connect = (): RedisClient => {
    const connection = subscriberOf(redis, 'gatehouse-tenants');
    connection.on('error', lost);
    connection.on('ready', () => subscribe(connection));
    connection.on('message', tell);
    return connection;
  };

  return {
    async announce(tenantId) {
      try {
        await redis.publish(channel, tenantId);
      } catch (error) {
        options.logger.warn('a changed tenant was not announced; replicas find it by the timer', {
          tenant_id: tenantId,
          error,
        });
      }
    },
    onAnnouncement(listener) {
      listeners.push(listener);
      subscriber ??= connect();
    },
    async close() {
      listeners.length = 0;
      clearTimeout(retry);
      subscriber?.disconnect();
    },
  };
}
