import { z } from 'zod';
import type { CachedKeySet, KeyCache } from '../../keys/key-store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { SigningAlgorithm } from '../../tenants/tenant.ts';
import type { RedisClient } from './redis.ts';
import { defineScript, runScript } from './run-script.ts';

/** A copy that nobody renews is gone after this: it bounds what a wrong copy can cost. */
const COPY_SECONDS = 60 * 60;

/**
 * Keeps the newer copy, by version and then by tenant version, in one atomic step.
 *
 * KEYS[1] the copy, a hash; ARGV: version, tenant version, keys as JSON, seconds to live.
 */
const PUT = defineScript(`
local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '-1') or -1
local tenant = tonumber(redis.call('HGET', KEYS[1], 'tenantVersion') or '-1') or -1
local newVersion, newTenant = tonumber(ARGV[1]), tonumber(ARGV[2])
if newVersion < version or (newVersion == version and newTenant < tenant) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'tenantVersion', ARGV[2], 'keys', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
`);

/** What comes back from Redis is checked as anything from outside. */
const TIME = z.iso.datetime().transform((text) => new Date(text));
const VERSION = z
  .string()
  .regex(/^[1-9]\d{0,15}$/)
  .transform(Number);
const STORED_KEYS = z.array(
  z.object({
    kid: z.string(),
    // A newer release may know more of them; whoever opens the set leaves those out.
    algorithm: z.custom<SigningAlgorithm>((value) => typeof value === 'string'),
    stage: z.enum(['next', 'active', 'retiring']),
    publicJwk: z.looseObject({ kty: z.string() }),
    sealedPrivateJwk: z.string(),
    createdAt: TIME,
    stageSince: TIME,
    goneAt: TIME.optional(),
  }),
);
const STORED_SET = z.object({
  version: VERSION,
  tenantVersion: VERSION,
  keys: z.string().transform((json, context) => {
    const keys = STORED_KEYS.safeParse(parseJson(json));
    if (keys.success) return keys.data;
    context.addIssue('not a key set');
    return z.NEVER;
  }),
});

/**
 * The copy of sealed key sets that replicas share in Redis; private keys leave PostgreSQL sealed
 * only.
 *
 * Redis away, a copy that is damaged, a copy gone: each is a miss.
 *
 * @param options.keyPrefix - leads every key, so that deployments may share a Redis
 */
export function createRedisKeyCache(
  redis: RedisClient,
  options: { readonly keyPrefix: string; readonly logger: Pick<Logger, 'warn'> },
): KeyCache {
  const nameOf = (tenantId: string) => `${options.keyPrefix}keys:${tenantId}`;

  return {
    async get(tenantId) {
      try {
        const stored = await redis.hgetall(nameOf(tenantId));
        if (Object.keys(stored).length === 0) return undefined;
        const set = STORED_SET.safeParse(stored);
        if (!set.success) {
          options.logger.warn('the cached key set is damaged', { tenant_id: tenantId });
          return undefined;
        }
        const { version, tenantVersion, keys } = set.data;
        return {
          tenantId,
          version,
          tenantVersion,
          keys: keys.map((key) => ({ ...key, tenantId, goneAt: key.goneAt })),
        };
      } catch (error) {
        options.logger.warn('the cached key set was not read', { tenant_id: tenantId, error });
        return undefined;
      }
    },

    async put(set) {
      try {
        const args = [set.version, set.tenantVersion, serializeKeys(set), COPY_SECONDS];
        await runScript(redis, PUT, [nameOf(set.tenantId)], args);
      } catch (error) {
        options.logger.warn('the key set was not cached', { tenant_id: set.tenantId, error });
      }
    },
  };
}

/** Named one by one: whatever else a key may carry does not reach Redis. */
function serializeKeys(set: CachedKeySet): string {
  return JSON.stringify(
    set.keys.map((key) => ({
      kid: key.kid,
      algorithm: key.algorithm,
      stage: key.stage,
      publicJwk: key.publicJwk,
      sealedPrivateJwk: key.sealedPrivateJwk,
      createdAt: key.createdAt,
      stageSince: key.stageSince,
      goneAt: key.goneAt,
    })),
  );
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
