import { Redis } from 'ioredis';

/**
 * A connection as the server makes it (nothing waits in an offline queue, every command has a
 * limit), ready to use; `disconnect` it in `after`.
 */
export async function connectTestRedis(url: string): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    commandTimeout: 1000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 50,
  });
  redis.on('error', () => undefined);
  await redis.connect();
  return redis;
}
