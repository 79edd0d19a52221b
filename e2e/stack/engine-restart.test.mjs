// After a restart of the engine everything comes back automatically; after one of the sidecar the
// public URL is the same.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { stack, time } from '../support/stack.mjs';

before(() => stack.isReady(), { timeout: 180_000 });
after(() => stack.close());

test('the sidecar alone is restarted: the public URL stays', { timeout: 120_000 }, async (t) => {
  const { publicUrl, revision } = await stack.config();
  const tunnel = (await stack.inspect('cloudflared')).State.StartedAt;
  const began = Date.now();
  await stack.restart('sidecar');
  const config = await stack.config((now) => now.phase === 'ready' && now.revision > revision);
  t.diagnostic(`restart called -> the same URL verified again: ${Date.now() - began} ms`);
  assert.equal(config.publicUrl, publicUrl);
  assert.equal((await stack.inspect('cloudflared')).State.StartedAt, tunnel, 'the tunnel was restarted');
});

test('the engine is restarted: everything comes back, the tunnel last, with a verified new hostname', { timeout: 300_000 }, async (t) => {
  if (!(await stack.ownsEngine())) return t.skip('scripts/engine did not start the engine that runs here, so it does not restart it');
  const { publicUrl: old } = await stack.config();
  const began = Date.now();
  await stack.restartEngine();
  const answered = Date.now();
  const { publicUrl } = await stack.config((config) => config.phase === 'ready' && config.publicUrl && config.publicUrl !== old);
  t.diagnostic(`restart called -> engine answers ${answered - began} ms -> new URL verified after another ${Date.now() - answered} ms`);

  const containers = await stack.containers();
  const tunnel = containers.find(({ service }) => service === 'cloudflared');
  for (const { service, State } of containers) {
    if (['init', 'gate'].includes(service)) continue;
    assert.equal(State.Status, 'running', service);
    assert.ok(time(State.StartedAt) >= began, `${service} was not restarted`);
    if (service !== 'cloudflared') assert.ok(time(State.StartedAt) < time(tunnel.State.StartedAt), `${service} started after the tunnel`);
  }
  assert.ok(publicUrl);
});
