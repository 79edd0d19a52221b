-- Writes a changed record, unless it was changed since it was read.
-- KEYS: link; ARGV: old record, new record
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1
