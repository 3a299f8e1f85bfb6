/**
 * What every artifact script begins with: how a record, its indexes and tombstones are kept.
 *
 * KEYS[1] is `{<prefix><tenant>}`, ARGV[1] the store's clock in milliseconds. All keys of a tenant
 * are KEYS[1] with a suffix, so they share its hash slot and are made here:
 *
 * - `:a:<model>:<key>` a hash, the record: p payload, e expires, b begun (`startedAt`), g grant,
 *   s session, w "1" if it ends with it, o account, d user code, f the refresh token it succeeds,
 *   c consumed, r retry until, u a successor was used, x a sibling was used first.
 * - `:t:<kind>:<key>` a tombstone, "<ended> <until>".
 * - `:x:…` indexes, sorted sets of `<model>:<key>` by expiry: g of a grant, r its refresh tokens
 *   alone, s what ends with a session, u the Sessions of a session uid, o of an account, l one
 *   account's of one model, d of a user code, f the successors of a refresh token, n all Sessions.
 *
 * A record is there if it has not expired and none of the tombstones is its own. So one write of a
 * tombstone ends everything at once, however much that is; clearing up may follow in portions.
 *
 * Everything has a time to live. An index lives as long as its longest member, and loses its
 * expired ones whenever it gets a new one.
 */
export const ARTIFACT_RECORD = `
local base, now = KEYS[1], tonumber(ARGV[1])

local function ms(number) return string.format('%.0f', number) end

local function ended(kind, key)
  local stone = key and redis.call('GET', base .. ':t:' .. kind .. ':' .. key)
  if not stone then return nil end
  local at, untilAt = string.match(stone, '^(%d+) (%d+)$')
  return tonumber(untilAt) > now and tonumber(at) or nil
end

-- A tombstone that is there already is only ever extended.
local function entomb(kind, key, untilAt)
  local name, at = base .. ':t:' .. kind .. ':' .. key, now
  local stone = redis.call('GET', name)
  if stone then
    local oldAt, oldUntil = string.match(stone, '^(%d+) (%d+)$')
    at, untilAt = math.max(at, tonumber(oldAt)), math.max(untilAt, tonumber(oldUntil))
  end
  if untilAt > now then
    redis.call('SET', name, ms(at) .. ' ' .. ms(untilAt), 'PX', ms(untilAt - now))
  end
end

-- Whether what has this grant, session, account and begin is refused by a tombstone.
local function refused(record)
  if ended('grant', record.g) then return true end
  if record.w and ended('session', record.s) then return true end
  local at = ended('account', record.o)
  return at ~= nil and at >= record.b
end

-- The record as it is stored, alive or not.
local function stored(member)
  local v = redis.call('HMGET', base .. ':a:' .. member,
    'e', 'b', 'g', 's', 'w', 'o', 'd', 'f', 'c', 'r', 'u', 'x')
  if not v[1] then return nil end
  return {
    e = tonumber(v[1]), b = tonumber(v[2]), g = v[3], s = v[4], w = v[5], o = v[6], d = v[7],
    f = v[8], c = v[9], r = v[10] and tonumber(v[10]), u = v[11], x = v[12],
  }
end

local function alive(member)
  local record = stored(member)
  if record and record.e > now and not refused(record) then return record end
  return nil
end

local listed = { Grant = true, RefreshToken = true, Session = true }

local function indexes(member, record)
  local model, list = string.match(member, '^%a+'), {}
  local function add(kind, key) list[#list + 1] = base .. ':x:' .. kind .. (key and ':' .. key or '') end
  if record.g then add('g', record.g) end
  if record.g and model == 'RefreshToken' then add('r', record.g) end
  if record.s and record.w then add('s', record.s) end
  if record.s and model == 'Session' then add('u', record.s) end
  if record.o then add('o', record.o) end
  if record.o and listed[model] then add('l:' .. model, record.o) end
  if record.d then add('d', record.d) end
  if record.f then add('f', record.f) end
  if model == 'Session' then add('n') end
  return list
end

local function enter(member, record)
  local expires, ttl = ms(record.e), record.e - now
  for _, index in ipairs(indexes(member, record)) do
    redis.call('ZADD', index, expires, member)
    redis.call('ZREMRANGEBYSCORE', index, '-inf', ARGV[1])
    if redis.call('PTTL', index) < ttl then redis.call('PEXPIRE', index, ms(ttl)) end
  end
end

local function remove(member, record)
  for _, index in ipairs(indexes(member, record)) do redis.call('ZREM', index, member) end
  redis.call('DEL', base .. ':a:' .. member)
end

-- What a caller of the store gets: payload, expires, consumed, use.
local function answer(member, record)
  local use = 'unused'
  if record.x or record.u then
    use = 'used'
  elseif record.c then
    use = record.r and now < record.r and 'retryable' or 'used'
  end
  local payload = redis.call('HGET', base .. ':a:' .. member, 'p')
  return { payload, ms(record.e), record.c or '', use }
end
`;
