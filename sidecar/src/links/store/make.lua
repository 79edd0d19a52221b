-- Makes a link, unless this idempotency key has made one already: then says which.
-- KEYS: link, links by end, links by beginning[, idempotency]
-- ARGV: token, record, ends at, begins at, prefix of links[, digest of the body, key is kept until]
local key = KEYS[4]
if key then
  local known = redis.call('GET', key)
  if known then
    local digest, token = string.match(known, '^(%x+):(%x+)$')
    if digest ~= ARGV[6] or redis.call('EXISTS', ARGV[5] .. token) == 1 then
      return known
    end
  end
  redis.call('SET', key, ARGV[6] .. ':' .. ARGV[1], 'PXAT', ARGV[7])
end
redis.call('SET', KEYS[1], ARGV[2], 'PXAT', ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
return false
