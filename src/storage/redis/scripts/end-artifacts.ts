import { defineScript } from '../run-script.ts';
import { ARTIFACT_RECORD } from './artifact-record.ts';

/**
 * The scripts that end a grant, a session or an account.
 *
 * The tombstone comes first and ends everything at once. Then at most `budget` records are
 * deleted, so that no call holds up the others on the server; when some are left the script
 * answers without the last word, and is called again with the same arguments.
 */
const CLEARING = `${ARTIFACT_RECORD}
local untilAt, budget = tonumber(ARGV[2]), tonumber(ARGV[3])

-- Whether nothing is left of an index.
local function clear(index, before)
  local members = budget > 0 and redis.call('ZRANGE', index, 0, budget - 1) or {}
  for _, member in ipairs(members) do
    if before then before(member) end
    local record = stored(member)
    if record then remove(member, record) end
    redis.call('ZREM', index, member)
  end
  budget = budget - #members
  return redis.call('ZCARD', index) == 0
end
`;

/**
 * ARGV: now, until, budget, grant.
 *
 * @returns 1 done, 0 call again
 */
export const REVOKE_GRANT = defineScript(`${CLEARING}
entomb('grant', ARGV[4], untilAt)
return clear(base .. ':x:g:' .. ARGV[4]) and 1 or 0
`);

/**
 * ARGV: now, until, budget, session, grants….
 *
 * Which grants end is decided when all that ends with the session is gone: what is then left of a
 * grant's refresh tokens keeps it.
 *
 * @returns the grants revoked; nil: call again
 */
export const END_SESSION = defineScript(`${CLEARING}
entomb('session', ARGV[4], untilAt)
if not clear(base .. ':x:s:' .. ARGV[4]) then return false end

local revoked, done = {}, true
for i = 5, #ARGV do
  local grant = ARGV[i]
  if redis.call('ZCOUNT', base .. ':x:r:' .. grant, '(' .. ms(now), '+inf') == 0 then
    entomb('grant', grant, untilAt)
    done = clear(base .. ':x:g:' .. grant) and done
    revoked[#revoked + 1] = grant
  end
end
return done and revoked
`);

/**
 * ARGV: now, until, budget, account.
 *
 * @returns 1 done, 0 call again
 */
export const END_ACCOUNT = defineScript(`${CLEARING}
entomb('account', ARGV[4], untilAt)
local done = clear(base .. ':x:o:' .. ARGV[4], function(member)
  local grant = string.match(member, '^Grant:(.*)$')
  if grant then entomb('grant', grant, untilAt) end
end)
return done and 1 or 0
`);

/** Denies a jti. ARGV: now, until, jti. */
export const DENY = defineScript(`${ARTIFACT_RECORD}
entomb('jti', ARGV[3], tonumber(ARGV[2]))
return 1
`);
