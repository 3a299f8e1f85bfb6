import { defineScript } from '../run-script.ts';

/**
 * Notes that a tenant has sessions. KEYS: the list of tenants; ARGV: now, tenant, until.
 * The list loses what has passed and lives as long as its longest entry.
 */
export const NOTE_TENANT = defineScript(`
redis.call('ZADD', KEYS[1], 'GT', ARGV[3], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if last[2] then
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', tonumber(last[2]) - tonumber(ARGV[1])))
end
return 1
`);

/**
 * Removes up to a limit of expired members. KEYS: indexes in one slot; ARGV: now, limit.
 *
 * @returns how many were removed
 */
export const TRIM = defineScript(`
local left = tonumber(ARGV[2])
for _, index in ipairs(KEYS) do
  if left <= 0 then break end
  local dead = redis.call('ZRANGEBYSCORE', index, '-inf', ARGV[1], 'LIMIT', 0, math.min(left, 1000))
  if #dead > 0 then left = left - redis.call('ZREM', index, unpack(dead)) end
end
return tonumber(ARGV[2]) - left
`);
