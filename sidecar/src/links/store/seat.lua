-- Reserves an identity, while the link is there; of too many the oldest cannot come back as the same any more.
-- KEYS: link, people; ARGV: identity, '<Unix ms>:<digest>', the most, ends at
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 and redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[3]) then
  local people, oldest = redis.call('HGETALL', KEYS[2]), 2
  for i = 4, #people, 2 do
    if people[i] < people[oldest] then oldest = i end
  end
  redis.call('HDEL', KEYS[2], people[oldest - 1])
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('PEXPIREAT', KEYS[2], ARGV[4])
return 1
