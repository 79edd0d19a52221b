// No tunnel starts before LiveKit works, however long that takes. E2E_HOLD_SECONDS=180 holds it
// back for three minutes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { row, stack, time } from '../support/stack.mjs';

const HOLD = Number(process.env.E2E_HOLD_SECONDS || 15);

before(() => stack.isReady(), { timeout: 180_000 });
after(async () => {
  stack.plain();
  await stack.up();
  await stack.isReady();
  await stack.close();
}, { timeout: 180_000 });

test(`LiveKit is held back for ${HOLD} s: the tunnel waits for it, then starts automatically`, { timeout: (HOLD + 180) * 1000 }, async (t) => {
  await stack.down();
  await stack.with(`
services:
  livekit:
    entrypoint: [/bin/sh, -c, 'sleep ${HOLD}; exec /livekit-server "$$@"', livekit]
`);
  const from = stack.events().count;
  const began = Date.now();
  const up = stack.up();
  const early = [];
  const awaited = await stack.status(
    (status) => status.blockedBy.length === 1 && status.blockedBy[0] === 'livekit' && row(status, 'livekit')?.state === 'waiting',
    { onEach: (status) => early.push(status) });
  t.diagnostic(`up -d called -> only livekit is awaited: ${Date.now() - began} ms`);
  assert.equal(awaited.phase, 'preparing');
  assert.deepEqual(early.filter(({ publicUrl }) => publicUrl), [], 'a public URL was reported before LiveKit worked');
  assert.equal(awaited.publicUrl, undefined);
  const waiting = row(awaited, 'livekit');
  assert.ok(time(waiting.since) >= began - 1000 && time(waiting.since) <= Date.now(), waiting.since);
  assert.ok(awaited.layers.find(({ layer }) => layer === 'services').waitsFor.includes('livekit'));
  const { stdout } = await stack.sidelink('status');
  assert.match(stdout, /livekit/);

  const works = await stack.status((status) => row(status, 'livekit')?.state === 'ok', { seconds: HOLD + 120 });
  const livekitStarted = time((await stack.inspect('livekit')).State.StartedAt);
  const { publicUrl } = await stack.config((config) => config.phase === 'ready' && config.publicUrl, { seconds: 120 });
  const verified = Date.now();
  await up;

  const starts = stack.events().all(from).filter(({ service, action }) => service === 'cloudflared' && action === 'start');
  assert.equal(starts.length, 1, 'the tunnel was started once');
  assert.ok(starts[0].at >= livekitStarted + HOLD * 1000, 'the tunnel was started while LiveKit was held back');
  assert.ok(starts[0].at >= time(row(works, 'livekit').since), 'the tunnel was started before LiveKit worked');
  assert.ok(publicUrl);
  t.diagnostic(`LiveKit's server starts -> observed to work ${Math.round(time(row(works, 'livekit').since) - livekitStarted - HOLD * 1000)} ms (whole seconds), -> tunnel started ${Math.round(starts[0].at - livekitStarted - HOLD * 1000)} ms, -> public URL ${Math.round(verified - livekitStarted - HOLD * 1000)} ms`);
});
