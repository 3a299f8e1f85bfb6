import { createHash } from 'node:crypto';
import type { RedisClient } from './redis.ts';

/** A Lua script and the digest that Redis knows it by. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

export function defineScript(lua: string): Script {
  // Redis names scripts by SHA-1; nothing here rests on it.
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/**
 * Runs a script atomically, by its digest; a server that does not know it (new, or flushed) is
 * sent the script once.
 *
 * @param keys - in one hash slot
 */
export async function runScript(
  redis: RedisClient,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return await redis.eval(script.lua, keys.length, ...keys, ...args);
  }
}
