-- Writes a changed record, if it is still what it was when it was read.
-- KEYS: link; ARGV: as it was, as it shall be
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1
