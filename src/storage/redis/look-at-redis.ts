import { answerRedis, type RedisClient } from './redis.ts';

/**
 * What Redis says of itself. Managed services refuse CONFIG; INFO they answer.
 *
 * @returns `evictionPolicy` is `maxmemory-policy`; both texts are empty when INFO does not say
 * @throws StorageUnavailableError
 */
export async function lookAtRedis(
  redis: RedisClient,
): Promise<{ version: string; evictionPolicy: string; now: Date }> {
  const [seconds, micros] = await answerRedis(redis.time());
  const now = new Date(Number(seconds) * 1000 + Number(micros) / 1000);
  const server = await answerRedis(redis.info('server'));
  const memory = await answerRedis(redis.info('memory'));
  return {
    version: lineOf(server, 'redis_version'),
    evictionPolicy: lineOf(memory, 'maxmemory_policy'),
    now,
  };
}

function lineOf(info: string, name: string): string {
  const line = info.split('\r\n').find((one) => one.startsWith(`${name}:`));
  return line?.slice(name.length + 1) ?? '';
}
