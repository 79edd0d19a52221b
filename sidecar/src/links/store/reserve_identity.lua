-- Reserves an identity if the link exists. Above the limit, the oldest identity can no longer be resumed.
-- KEYS: link, identities; ARGV: identity, '<Unix ms>:<digest>', limit, ends at
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 and redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[3]) then
  local identities, oldest = redis.call('HGETALL', KEYS[2]), 2
  for i = 4, #identities, 2 do
    if identities[i] < identities[oldest] then oldest = i end
  end
  redis.call('HDEL', KEYS[2], identities[oldest - 1])
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('PEXPIREAT', KEYS[2], ARGV[4])
return 1
