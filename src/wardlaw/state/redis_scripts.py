"""The Lua of the Redis authority: one round trip for each change, each change whole or not at all.

Redis rounds numbers that a script returns to integers and loses what comes after the point, so times
travel as text with 17 digits, which carry a double exactly. The rules are those of the in-process
ledger, line for line where it matters; one test-suite holds both to it.

Keys under the prefix ``{p}`` (braces keep them on one node of a cluster):

==========  =======  ==================================================================
``alive``   string   ``yes`` once adopted; otherwise every script answers ``lost``.
``high``    string   Latest time seen by ``use_once``.
``a:K``     hash     Account K: high, day, tokens, moved, over, calls, probes (totals).
``c:K``     list     Its calls in the last minute, ``time:count``; ``b:K`` its probes.
``m:K:s``   set      Its settled subjects; ``m:K:h`` hash: held subjects to holders.
``t:K``     hash     Its taint: label to end.
``S:K``     hash     Session K: high, moved, over, probes; ``B:K``, ``M:K:s``, ``M:K:h``, ``T:K``.
``q:K``     string   Quarantine ``until:reason``.
``k:E-N``   hash     Open reservation; ``u:T`` used token; ``r:K:C`` released call.
==========  =======  ==================================================================
"""

from __future__ import annotations

PRELUDE = """
local P = KEYS[1]
local DAY, CALLS, SLACK, LEAP = 86400, 60, 60, 2
local PROBES, INHERIT, COPIED = @probes_s@, @taint_s@, @copied_s@
local function inherit(label)
  if string.sub(label, 1, 6) == 'copied' then return math.max(INHERIT, COPIED) end
  return INHERIT
end
local SLOT = 0.25
local KEEP = 5 * DAY -- a day counter stands at most LEAP days ahead, so nothing older matters
if redis.call('GET', P .. 'alive') ~= (KEYS[2] and 'rebuilding' or 'yes') then return {'lost'} end

local function text(number) return string.format('%.17g', number) end
local function number(value) return tonumber(value or '0') or 0 end

local function purge(list, hash, total_field, now, span)
  local total = number(redis.call('HGET', hash, total_field))
  local before = total
  while true do
    local entry = redis.call('LINDEX', list, 0)
    if not entry then total = 0 break end
    local stamp, count = string.match(entry, '^([^:]+):(.+)$')
    if tonumber(stamp) > now - span then break end
    redis.call('LPOP', list)
    total = total - tonumber(count)
  end
  if total ~= before then redis.call('HSET', hash, total_field, text(total)) end
  return total
end

local function add(list, hash, total_field, now, span, count, bound)
  local total = purge(list, hash, total_field, now, span)
  if count <= 0 then return total end
  local length = redis.call('LLEN', list)
  local last, held = nil, nil
  if length > 0 then
    last, held = string.match(redis.call('LINDEX', list, -1), '^([^:]+):(.+)$')
    last, held = tonumber(last), tonumber(held)
  end
  if length < bound then
    local stamp = now
    if last and last > now then stamp = last end
    redis.call('RPUSH', list, text(stamp) .. ':' .. text(count))
  else
    local stamp = math.ceil(now / SLOT) * SLOT
    if last >= stamp then
      redis.call('LSET', list, -1, text(last) .. ':' .. text(held + count))
    else
      redis.call('RPUSH', list, text(stamp) .. ':' .. text(count))
    end
  end
  redis.call('HSET', hash, total_field, text(total + count))
  redis.call('EXPIRE', list, math.ceil(span) * 2 + SLACK)
  return total + count
end

local function restart(list, hash, total_field, now)
  local total = number(redis.call('HGET', hash, total_field))
  redis.call('DEL', list)
  if total > 0 then redis.call('RPUSH', list, text(now) .. ':' .. text(total)) end
end

-- The account's own time; see Account.now.
local function account(key, at, arrival)
  local hash = P .. 'a:' .. key
  local high = redis.call('HGET', hash, 'high')
  local now = at
  if not high then
    redis.call('HSET', hash, 'high', text(at), 'day', text(math.floor(at / DAY)))
  else
    high = tonumber(high)
    if at >= high then
      redis.call('HSET', hash, 'high', text(at))
    elseif (not arrival) or at >= high - SLACK then
      now = high
    else
      redis.call('HSET', hash, 'high', text(at))
      restart(P .. 'c:' .. key, hash, 'calls', at)
      restart(P .. 'b:' .. key, hash, 'probes', at)
      local taint = redis.call('HGETALL', P .. 't:' .. key)
      for place = 1, #taint, 2 do
        local ends = at + inherit(taint[place])
        if tonumber(taint[place + 1]) > ends then
          redis.call('HSET', P .. 't:' .. key, taint[place], text(ends))
        end
      end
    end
  end
  local day = math.floor(now / DAY)
  local held = number(redis.call('HGET', hash, 'day'))
  if day > held then
    redis.call('HSET', hash, 'day', text(day), 'tokens', '0', 'moved', '0', 'over', '0')
    redis.call('DEL', P .. 'm:' .. key .. ':s', P .. 'm:' .. key .. ':h')
    held = day
  elseif held - day > LEAP then
    redis.call('HSET', hash, 'day', text(day))
    held = day
  end
  redis.call('EXPIRE', hash, KEEP)
  return hash, now, held
end

local function session(key, at, arrival, idle, born)
  local hash = P .. 'S:' .. key
  local high = redis.call('HGET', hash, 'high')
  if high and at - tonumber(high) > idle then
    redis.call('DEL', hash, P .. 'B:' .. key, P .. 'M:' .. key .. ':s', P .. 'M:' .. key .. ':h', P .. 'T:' .. key)
    high = nil
  end
  local now = at
  if not high then
    redis.call('HSET', hash, 'high', text(at), 'born', born)
  else
    high = tonumber(high)
    if at >= high then
      redis.call('HSET', hash, 'high', text(at))
    elseif arrival and at < high - SLACK then
      redis.call('HSET', hash, 'high', text(at))
      restart(P .. 'B:' .. key, hash, 'probes', at)
    else
      now = high
    end
  end
  local ttl = math.ceil(idle) + SLACK
  for _, name in ipairs({'S:', 'T:'}) do redis.call('EXPIRE', P .. name .. key, ttl) end
  return hash, now, ttl
end

local function subjects_of(meter) return redis.call('SCARD', meter .. ':s') + redis.call('HLEN', meter .. ':h') end

local function keep(meter, ttl)
  redis.call('EXPIRE', meter .. ':s', ttl)
  redis.call('EXPIRE', meter .. ':h', ttl)
end

local function hold(meter, subjects, bound, ttl)
  local missing, unsettled = {}, {}
  for _, subject in ipairs(subjects) do
    if redis.call('SISMEMBER', meter .. ':s', subject) == 0 then
      unsettled[#unsettled + 1] = subject
      if redis.call('HEXISTS', meter .. ':h', subject) == 0 then missing[#missing + 1] = subject end
    end
  end
  if #missing > 0 and subjects_of(meter) + #missing > bound then return missing, true end
  for _, subject in ipairs(unsettled) do redis.call('HINCRBY', meter .. ':h', subject, 1) end
  if #subjects > 0 then keep(meter, ttl) end
  return missing, false
end

local function settle(meter, hash, subjects, released, over, ttl)
  if over then
    if released then redis.call('HSET', hash, 'over', '1') end
    return
  end
  for _, subject in ipairs(subjects) do
    local holders = number(redis.call('HGET', meter .. ':h', subject))
    if holders > 0 then
      if released then
        redis.call('HDEL', meter .. ':h', subject)
        redis.call('SADD', meter .. ':s', subject)
      elseif holders > 1 then
        redis.call('HINCRBY', meter .. ':h', subject, -1)
      else
        redis.call('HDEL', meter .. ':h', subject)
      end
    end
  end
  keep(meter, ttl)
end

local function split(packed)
  local subjects = {}
  for place = 1, #packed, 8 do subjects[#subjects + 1] = string.sub(packed, place, place + 7) end
  return subjects
end

local function bump(hash, field, change)
  local value = number(redis.call('HGET', hash, field)) + change
  if value < 0 then value = 0 end
  redis.call('HSET', hash, field, text(value))
  return value
end
"""

RESERVE = """
local principal, person, key = ARGV[1], ARGV[2], ARGV[3]
local at, calls, tokens, moved = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local subjects, bound, exact, idle = split(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local ticket, ticket_s = ARGV[12], tonumber(ARGV[13])
local arrival = calls > 0
local ids, days, labels, fresh = {principal}, {}, {}, {}
if person ~= '' and person ~= principal then ids[2] = person end
local top = {calls = 0, tokens = 0, moved = 0, subjects = 0, probes = 0}
local flags, latest = '', 0
for place, id in ipairs(ids) do
  local hash, now, day = account(id, at, arrival)
  if place == 1 then latest = math.max(at, now) end
  days[place] = text(day)
  top.calls = math.max(top.calls, add(P .. 'c:' .. id, hash, 'calls', now, CALLS, calls, exact))
  top.tokens = math.max(top.tokens, bump(hash, 'tokens', tokens))
  top.moved = math.max(top.moved, bump(hash, 'moved', moved))
  local missing, over = hold(P .. 'm:' .. id, subjects, bound, KEEP)
  for _, subject in ipairs(missing) do fresh[subject] = true end
  flags = flags .. (over and '1' or '0')
  if over or redis.call('HGET', hash, 'over') == '1' then
    top.subjects = -1
  elseif top.subjects >= 0 then
    top.subjects = math.max(top.subjects, subjects_of(P .. 'm:' .. id))
  end
  top.probes = math.max(top.probes, purge(P .. 'b:' .. id, hash, 'probes', now, PROBES))
  local taint = redis.call('HGETALL', P .. 't:' .. id)
  for index = 1, #taint, 2 do
    if tonumber(taint[index + 1]) > now then labels[taint[index]] = true
    else redis.call('HDEL', P .. 't:' .. id, taint[index]) end
  end
end
local hash, now, ttl = session(key, at, arrival, idle, ticket)
local session_moved = bump(hash, 'moved', moved)
local _, over = hold(P .. 'M:' .. key, subjects, bound, ttl)
flags = flags .. (#ids == 1 and '0' or '') .. (over and '1' or '0')
local session_subjects = subjects_of(P .. 'M:' .. key)
if over or redis.call('HGET', hash, 'over') == '1' then session_subjects = -1 end
top.probes = math.max(top.probes, purge(P .. 'B:' .. key, hash, 'probes', now, PROBES))
for _, label in ipairs(redis.call('SMEMBERS', P .. 'T:' .. key)) do labels[label] = true end
if tokens > 0 or moved > 0 or #subjects > 0 then
  redis.call('HSET', P .. 'k:' .. ticket, 'p', principal, 'o', ids[2] or '', 's', key, 'at', text(at), 'n', text(tokens),
    'm', text(moved), 'x', ARGV[8], 'f', flags, 'dp', days[1], 'do', days[2] or days[1],
    'b', redis.call('HGET', hash, 'born') or '')
  redis.call('EXPIRE', P .. 'k:' .. ticket, ticket_s)
end
local locked = ''
for _, id in ipairs({principal, person, key}) do
  if locked == '' and id ~= '' then
    local entry = redis.call('GET', P .. 'q:' .. id)
    if entry then
      local ends, reason = string.match(entry, '^([^:]*):(.*)$')
      if tonumber(ends) == 0 or tonumber(ends) > latest then locked = reason
      else redis.call('DEL', P .. 'q:' .. id) end
    end
  end
end
local label_list, fresh_list = {}, {}
for label in pairs(labels) do label_list[#label_list + 1] = label end
for subject in pairs(fresh) do fresh_list[#fresh_list + 1] = subject end
return {'ok', text(top.calls), text(top.tokens), text(session_subjects), text(top.subjects), text(session_moved),
  text(top.moved), text(top.probes), locked, label_list, fresh_list}
"""

SETTLE = """
local ticket, released, known = ARGV[1], ARGV[2] == '1', tonumber(ARGV[3])
local name = P .. 'k:' .. ticket
if redis.call('EXISTS', name) == 0 then return {'ok'} end
local held = {}
local flat = redis.call('HGETALL', name)
for place = 1, #flat, 2 do held[flat[place]] = flat[place + 1] end
redis.call('DEL', name)
local tokens, moved, subjects, at = number(held.n), number(held.m), split(held.x), tonumber(held.at)
local spent = known
if known < 0 then spent = released and tokens or 0 end
for place, id in ipairs({held.p, held.o}) do
  if id ~= '' then
    local hash, _, day = account(id, at, false)
    local same = day == tonumber(place == 1 and held.dp or held['do'])
    local more = spent - tokens
    if (not same) and more < 0 then more = 0 end
    bump(hash, 'tokens', more)
    if same then
      if not released then bump(hash, 'moved', -moved) end
      settle(P .. 'm:' .. id, hash, subjects, released, string.sub(held.f, place, place) == '1', KEEP)
    end
  end
end
local hash = P .. 'S:' .. held.s
if redis.call('HGET', hash, 'born') == held.b then
  if not released then bump(hash, 'moved', -moved) end
  settle(P .. 'M:' .. held.s, hash, subjects, released, string.sub(held.f, 3, 3) == '1', tonumber(ARGV[4]))
end
return {'ok'}
"""

CORRECT = """
local at, change = tonumber(ARGV[3]), tonumber(ARGV[4])
local ids = {ARGV[1]}
if ARGV[2] ~= '' and ARGV[2] ~= ARGV[1] then ids[2] = ARGV[2] end
for _, id in ipairs(ids) do
  local hash = account(id, at, false)
  bump(hash, 'tokens', change)
end
return {'ok'}
"""

PROBE = """
local at, weight, exact, idle = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local ids = {ARGV[1]}
if ARGV[2] ~= '' and ARGV[2] ~= ARGV[1] then ids[2] = ARGV[2] end
for _, id in ipairs(ids) do
  local hash, now = account(id, at, false)
  add(P .. 'b:' .. id, hash, 'probes', now, PROBES, weight, exact)
end
local hash, now = session(ARGV[3], at, false, idle, ARGV[8])
add(P .. 'B:' .. ARGV[3], hash, 'probes', now, PROBES, weight, exact)
return {'ok'}
"""

TAINT = """
local at, idle = tonumber(ARGV[4]), tonumber(ARGV[5])
local ids = {ARGV[1]}
if ARGV[2] ~= '' and ARGV[2] ~= ARGV[1] then ids[2] = ARGV[2] end
for _, id in ipairs(ids) do
  local _, now = account(id, at, false)
  for place = 7, #ARGV do
    local ends = math.max(now + inherit(ARGV[place]), number(redis.call('HGET', P .. 't:' .. id, ARGV[place])))
    redis.call('HSET', P .. 't:' .. id, ARGV[place], text(ends))
  end
  redis.call('EXPIRE', P .. 't:' .. id, math.ceil(math.max(INHERIT, COPIED)) * 2 + DAY)
end
session(ARGV[3], at, false, idle, ARGV[6])
for place = 7, #ARGV do redis.call('SADD', P .. 'T:' .. ARGV[3], ARGV[place]) end
redis.call('EXPIRE', P .. 'T:' .. ARGV[3], math.ceil(idle) + SLACK)
return {'ok'}
"""

QUARANTINE = """
-- Of two quarantines the one that ends later stands: a second one must not shorten the first.
local ends = tonumber(ARGV[1])
for place = 3, #ARGV do
  local held = redis.call('GET', P .. 'q:' .. ARGV[place])
  local stands = held and tonumber(string.match(held, '^([^:]*):'))
  if not stands or (stands ~= 0 and (ends == 0 or ends > stands)) then
    redis.call('SET', P .. 'q:' .. ARGV[place], ARGV[1] .. ':' .. ARGV[2])
  end
end
return {'ok'}
"""

FREE = """
for place = 1, #ARGV do
  local key = ARGV[place]
  redis.call('DEL', P .. 'q:' .. key, P .. 'b:' .. key, P .. 'B:' .. key)
  for _, hash in ipairs({P .. 'a:' .. key, P .. 'S:' .. key}) do
    if redis.call('EXISTS', hash) == 1 then redis.call('HSET', hash, 'probes', '0') end
  end
end
return {'ok'}
"""

USE_ONCE = """
local ends, at = tonumber(ARGV[2]), tonumber(ARGV[3])
local high = math.max(number(redis.call('GET', P .. 'high')), at)
redis.call('SET', P .. 'high', text(high))
-- Redis forgets a token only after its end; up to `high` it may have, so nothing that old is accepted.
if ends <= high then return {'ok', '0'} end
local ttl = math.max(1, math.ceil(ends - at)) + SLACK
if redis.call('SET', P .. 'u:' .. ARGV[1], '1', 'NX', 'EX', ttl) then return {'ok', '1'} end
return {'ok', '0'}
"""

REMEMBER = """
local ttl = math.ceil(tonumber(ARGV[2]))
for place = 3, #ARGV, 2 do
  redis.call('SET', P .. 'r:' .. ARGV[1] .. ':' .. ARGV[place], ARGV[place + 1], 'EX', ttl)
end
return {'ok'}
"""

WAS_RELEASED = """
local found = {'ok'}
for place = 2, #ARGV do
  found[#found + 1] = redis.call('GET', P .. 'r:' .. ARGV[1] .. ':' .. ARGV[place]) or ''
end
return found
"""


def prelude(*, probes_s: float, taint_s: float, copied_s: float) -> str:
    """The functions every script begins with, for these spans."""
    spans = {"@probes_s@": probes_s, "@taint_s@": taint_s, "@copied_s@": copied_s}
    text = PRELUDE
    for mark, span in spans.items():
        text = text.replace(mark, repr(float(span)))
    return text
