// A service that a user stops stays stopped until a user starts it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { row, stack } from '../support/stack.mjs';

before(() => stack.isReady(), { timeout: 180_000 });
after(() => stack.close());

const is = (service, state) => (status) => row(status, service)?.state === state;
const isReady = ({ phase }) => phase === 'ready';

test('a tunnel that a user stops stays stopped until a user starts it', { timeout: 180_000 }, async (t) => {
  for (const [stops, starts, how] of [
    [() => stack.stop('cloudflared'), () => stack.start('cloudflared'), 'docker compose'],
    [() => stack.stop('cloudflared'), () => stack.startContainer('cloudflared'), 'docker'],
  ]) {
    const { publicUrl: old } = await stack.config();
    const from = stack.events().count;
    await stops();
    const status = await stack.status((now) => row(now, 'cloudflared').reason?.code === 'stopped_by_hand', { seconds: 30 });
    assert.equal(status.layers.find(({ layer }) => layer === 'tunnel').reason.code, 'stopped_by_hand');
    assert.equal((await stack.config(({ publicUrl }) => publicUrl === null)).publicUrl, null);

    // The death of another service triggers healing: it starts that service and leaves the tunnel.
    await stack.kill('redis');
    await stack.status(is('redis', 'broken'));
    const healed = await stack.status(is('redis', 'ok'));
    assert.equal(row(healed, 'cloudflared').reason.code, 'stopped_by_hand');
    const started = stack.events().all(from).filter(({ service, action }) => service === 'cloudflared' && action === 'start');
    assert.deepEqual(started, [], 'the sidecar undid the stop');

    const began = Date.now();
    await starts();
    const { publicUrl } = await stack.config((config) => config.publicUrl);
    assert.notEqual(publicUrl, old);
    t.diagnostic(`${how} start -> public URL: ${Date.now() - began} ms`);
    await stack.status(isReady);
  }
});

test('a stop just after the first passed healthcheck stays too, twenty times', { timeout: 180_000 }, async () => {
  // A new sidecar process: an earlier start of the tunnel would delay its next one and hide the
  // fault.
  await stack.restart('sidecar');
  await stack.status(isReady);
  const began = stack.events().count;
  for (let stop = 1; stop <= 20; stop += 1) {
    const from = stack.events().count;
    await stack.restartContainer('cloudflared');
    await stack.events().next('cloudflared is healthy', ({ service, action }) => service === 'cloudflared' && action === 'health_status: healthy', { from });
    await stack.stopContainer('cloudflared');
    await stack.status((now) => row(now, 'cloudflared').reason?.code === 'stopped_by_hand', { seconds: 30 });
  }
  // Each of the test's starts follows the stop before it: one more would be the sidecar's.
  const starts = stack.events().all(began).filter(({ service, action }) => service === 'cloudflared' && action === 'start');
  assert.equal(starts.length, 20, 'a stop was undone');
  await stack.startContainer('cloudflared');
  await stack.status(isReady);
});
