"""What Redis does in one step each. All keys of a shop carry its hash tag: in a cluster they are in one slot."""

# Takes from an allowance (a bucket that fills up steadily, "generic cell rate algorithm"), then reads the first page
# that is there. One that is not known (any more) to those who drop pages is not there: a full server may have forgotten
# `sizes`, or what a category's pages show, before the page itself.
# KEYS: used, allowance, sizes, pages…
# ARGV: microseconds per unit, microseconds that may be saved up, units; or nothing.
# Gives {1, page or false, number of the page} or {0, milliseconds to wait}.
READ = """
if #ARGV > 0 then
  local clock = redis.call('TIME')
  local now = clock[1] * 1000000 + clock[2]
  local full = tonumber(redis.call('GET', KEYS[2]) or '0')
  if full < now then full = now end
  full = full + ARGV[1] * ARGV[3]
  if full - now > tonumber(ARGV[2]) then return {0, math.ceil((full - now - ARGV[2]) / 1000)} end
  redis.call('SET', KEYS[2], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1000)
end
for number = 4, #KEYS do
  local page = redis.call('GET', KEYS[number])
  local known = page and redis.call('HGET', KEYS[3], KEYS[number])
  local made = known and string.match(known, ' (.+)$')
  if known and (not made or redis.call('HEXISTS', made, KEYS[number]) == 1) then
    local clock = redis.call('TIME')
    if clock[2] % 8 == 0 then redis.call('ZADD', KEYS[1], 'XX', clock[1], KEYS[number]) end
    return {1, page, number - 4}
  end
end
return {1, false, 0}
"""

# Gives the number of the last mark, and makes sure that there is one: a server that forgot all marks is known by it.
# KEYS: last mark
BEGIN = """
local last = redis.call('GET', KEYS[1])
if not last then
  local clock = redis.call('TIME')
  last = string.format('%.0f', clock[1] * 1000000 + clock[2])
  redis.call('SET', KEYS[1], last, 'EX', 172800)
end
return last
"""

# Keeps a page, unless one of its marks was made after the page was begun; what was not used for longest makes room.
# KEYS: page, last mark, used, sizes, bytes, made (pages of the same category), marks…
# ARGV: page, milliseconds to live, last mark when it was begun, most bytes, what it was made of or nothing, now
# Gives 1 where it was kept.
KEEP = """
local begun = tonumber(ARGV[3])
if tonumber(redis.call('GET', KEYS[2]) or '0') < begun then return 0 end
for number = 7, #KEYS do
  local mark = redis.call('GET', KEYS[number])
  if mark and tonumber(mark) > begun then return 0 end
end
local function forget(key)
  local known = redis.call('HGET', KEYS[4], key)
  if known then
    redis.call('DECRBY', KEYS[5], string.match(known, '^%d+'))
    redis.call('HDEL', KEYS[4], key)
    local made = string.match(known, ' (.+)$')
    if made then redis.call('HDEL', made, key) end
  end
end
forget(KEYS[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local size = #ARGV[1] + #ARGV[5] + 2 * #KEYS[1] + 200
local known = tostring(size)
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[6], KEYS[1], ARGV[5])
  known = known .. ' ' .. KEYS[6]
end
redis.call('HSET', KEYS[4], KEYS[1], known)
redis.call('ZADD', KEYS[3], ARGV[6], KEYS[1])
local bytes = redis.call('INCRBY', KEYS[5], size)
while bytes > tonumber(ARGV[4]) do
  local oldest = redis.call('ZPOPMIN', KEYS[3])
  if #oldest == 0 then break end
  redis.call('UNLINK', oldest[1])
  forget(oldest[1])
  bytes = tonumber(redis.call('GET', KEYS[5]))
end
for number = 3, 6 do redis.call('EXPIRE', KEYS[number], 172800) end
return 1
"""

# Makes marks: what was begun before is not kept any more. Marks are numbered by the clock, so that their numbers rise
# even if the server forgets everything.   KEYS: the last number, marks…   ARGV: seconds
MARK = """
local clock = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
local count = string.format('%.0f', math.max(last + 1, clock[1] * 1000000 + clock[2]))
redis.call('SET', KEYS[1], count, 'EX', 172800)
for number = 2, #KEYS do redis.call('SET', KEYS[number], count, 'EX', ARGV[1]) end
return 1
"""

# Drops pages, then tells so.   KEYS: used, sizes, bytes, told, pages…   ARGV: what is told, how many are remembered
# Gives for each page whether it was there.
DROP = """
local dropped = {}
for number = 5, #KEYS do
  local key = KEYS[number]
  dropped[number - 4] = redis.call('UNLINK', key)
  local known = redis.call('HGET', KEYS[2], key)
  if known then
    redis.call('DECRBY', KEYS[3], string.match(known, '^%d+'))
    redis.call('HDEL', KEYS[2], key)
    redis.call('ZREM', KEYS[1], key)
    local made = string.match(known, ' (.+)$')
    if made then redis.call('HDEL', made, key) end
  end
end
redis.call('XADD', KEYS[4], 'MAXLEN', '=', ARGV[2], '*', 'told', ARGV[1])
redis.call('EXPIRE', KEYS[4], 172800)
return dropped
"""

# What was told after a position; where that is not remembered (any more), only what the present position is. There
# always is one: a server that forgot everything is known by it.   KEYS: told   ARGV: position or nothing
# Gives {1, new position, what was told…} or {0, present position}.
HEAR = """
if ARGV[1] ~= '' then
  local found = redis.call('XRANGE', KEYS[1], ARGV[1], '+')
  if #found > 0 and found[1][1] == ARGV[1] then
    local heard = {1, found[#found][1]}
    for number = 2, #found do heard[number + 1] = found[number][2][2] end
    return heard
  end
end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if #last > 0 then return {0, last[1][1]} end
local position = redis.call('XADD', KEYS[1], '*', 'told', '[]')
redis.call('EXPIRE', KEYS[1], 172800)
return {0, position}
"""
