import { defineScript } from '../run-script.ts';
import { ARTIFACT_RECORD } from './artifact-record.ts';

/**
 * Saves an artifact. ARGV: now, `<model>:<key>`, payload, expires, begun, grant, session, ends
 * with session ("1"), account, user code, parent's `<model>:<key>`, once ("1"); "" for none.
 *
 * @returns saved, ended or present (once alone)
 */
export const SAVE = defineScript(`${ARTIFACT_RECORD}
local function given(i) return ARGV[i] ~= '' and ARGV[i] or false end
local member, isGrant = ARGV[2], string.match(ARGV[2], '^Grant:')
local record = {
  e = tonumber(ARGV[4]), b = tonumber(ARGV[5]), g = given(6), s = given(7), w = given(8),
  o = given(9), d = given(10), f = given(11),
}
if refused(record) then return 'ended' end

local old = stored(member)
if old and (old.e <= now or refused(old)) then
  remove(member, old)
  old = nil
end
if old and ARGV[12] == '1' then return 'present' end

if record.f and not (old and old.f == record.f) then
  local parent = alive(record.f)
  if not parent or parent.u then return 'ended' end
end

if old then
  record.f = old.f or record.f
  if isGrant then record.e = math.max(record.e, old.e) end
  remove(member, old)
else
  old = {}
end
if record.e <= now then return 'saved' end

local fields = { 'p', ARGV[3], 'e', ms(record.e), 'b', ms(record.b) }
local function put(name, value)
  if value then fields[#fields + 1] = name; fields[#fields + 1] = value end
end
for _, name in ipairs({ 'g', 's', 'w', 'o', 'd', 'f' }) do put(name, record[name]) end
for _, name in ipairs({ 'c', 'u', 'x' }) do put(name, old[name]) end
put('r', old.r and ms(old.r))
redis.call('HSET', base .. ':a:' .. member, unpack(fields))
redis.call('PEXPIRE', base .. ':a:' .. member, ms(record.e - now))
enter(member, record)

if record.g and string.match(member, '^RefreshToken:') then
  local grantMember = 'Grant:' .. record.g
  local grant = alive(grantMember)
  if grant and grant.e < record.e then
    grant.e = record.e
    redis.call('HSET', base .. ':a:' .. grantMember, 'e', ms(grant.e))
    redis.call('PEXPIRE', base .. ':a:' .. grantMember, ms(grant.e - now))
    enter(grantMember, grant)
  end
end
return 'saved'
`);

/** Finds an artifact. ARGV: now, `<model>:<key>`. */
export const FIND = defineScript(`${ARTIFACT_RECORD}
local record = alive(ARGV[2])
return record and answer(ARGV[2], record)
`);

/** Finds the last to expire of an index. ARGV: now, the index after `:x:`. */
export const FIND_BY = defineScript(`${ARTIFACT_RECORD}
local index = base .. ':x:' .. ARGV[2]
for _, member in ipairs(redis.call('ZREVRANGEBYSCORE', index, '+inf', '(' .. ms(now))) do
  local record = alive(member)
  if record then return answer(member, record) end
end
return false
`);

/**
 * Lists the unused artifacts of an index, the last to expire first. ARGV: now, the
 * index after `:x:`, limit, and of the one to begin behind, or "" for none: expires, member.
 *
 * @returns member, payload, expires, consumed, use of each
 */
export const LIST = defineScript(`${ARTIFACT_RECORD}
local index, limit = base .. ':x:' .. ARGV[2], tonumber(ARGV[3])
local last = ARGV[4] ~= '' and ARGV[4] or '+inf'
local list, seen = {}, 0
while #list < limit do
  -- No more at a time than a page has: an index may be much longer.
  local scored = redis.call('ZREVRANGEBYSCORE', index, last, '(' .. ms(now), 'WITHSCORES',
    'LIMIT', seen, limit)
  if #scored == 0 then break end
  seen = seen + #scored / 2
  for i = 1, #scored, 2 do
    if #list >= limit then break end
    local member = scored[i]
    -- Members of one score come in the reverse order of their bytes, too.
    if ARGV[4] == '' or tonumber(scored[i + 1]) < tonumber(ARGV[4]) or member < ARGV[5] then
      local record = alive(member)
      if record and not record.c and not record.x then
        local found = answer(member, record)
        table.insert(found, 1, member)
        list[#list + 1] = found
      end
    end
  end
end
return list
`);

/**
 * Consumes an artifact. ARGV: now, `<model>:<key>`, retry window in milliseconds.
 *
 * @returns 1 consumed, 0 lost
 */
export const CONSUME = defineScript(`${ARTIFACT_RECORD}
local member, window = ARGV[2], tonumber(ARGV[3])
local isRefreshToken = string.match(member, '^RefreshToken:')
local record = alive(member)
if not record or record.x or record.u then return 0 end

if record.c then
  local retry = isRefreshToken and record.r and now < math.min(record.r, tonumber(record.c) + window)
  return retry and 1 or 0
end

redis.call('HSET', base .. ':a:' .. member, 'c', ms(now))
if not isRefreshToken then return 1 end
if window > 0 then redis.call('HSET', base .. ':a:' .. member, 'r', ms(now + window)) end

if record.f then
  -- HSET on a key that has gone would bring it back without a time to live.
  if stored(record.f) then
    redis.call('HSET', base .. ':a:' .. record.f, 'u', ms(now))
    redis.call('HSETNX', base .. ':a:' .. record.f, 'c', ms(now))
  end
  for _, sibling in ipairs(redis.call('ZRANGE', base .. ':x:f:' .. record.f, 0, -1)) do
    if sibling ~= member and stored(sibling) then
      redis.call('HSETNX', base .. ':a:' .. sibling, 'x', ms(now))
    end
  end
end
return 1
`);

/** Takes a consumption back. ARGV: now, `<model>:<key>`, successor's `<model>:<key>` or "". */
export const GIVE_BACK = defineScript(`${ARTIFACT_RECORD}
local member, successor = ARGV[2], ARGV[3] ~= '' and stored(ARGV[3])
if successor and successor.f == member then remove(ARGV[3], successor) end
local record = stored(member)
if not record or record.x or record.u then return 0 end
for _, other in ipairs(redis.call('ZRANGE', base .. ':x:f:' .. member, 0, -1)) do
  if stored(other) then return 0 end
end
redis.call('HDEL', base .. ':a:' .. member, 'c', 'r')
return 1
`);

/** Deletes an artifact. ARGV: now, `<model>:<key>`. */
export const DESTROY = defineScript(`${ARTIFACT_RECORD}
local record = stored(ARGV[2])
if record then remove(ARGV[2], record) end
return 1
`);
