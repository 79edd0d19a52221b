-- Creates a link, unless this idempotency key has created one already: then returns that one.
-- KEYS: link, links by end, links by creation, rooms by end[, idempotency]
-- ARGV: token, record, ends at, created at, room, prefix of links[, digest of the body, key is kept until]
-- Applied twice with the same token, it leaves one link.
local key = KEYS[5]
if key then
  local known = redis.call('GET', key)
  if known then
    local digest, token = string.match(known, '^(%x+):(%x+)$')
    if digest ~= ARGV[7] or redis.call('EXISTS', ARGV[6] .. token) == 1 then
      return known
    end
  end
  redis.call('SET', key, ARGV[7] .. ':' .. ARGV[1], 'PXAT', ARGV[8])
end
redis.call('SET', KEYS[1], ARGV[2], 'PXAT', ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
redis.call('ZADD', KEYS[4], ARGV[3], ARGV[5])
return false
