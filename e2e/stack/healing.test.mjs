// The sidecar starts what was killed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { row, stack } from '../support/stack.mjs';

before(() => stack.isReady(), { timeout: 180_000 });
after(() => stack.close());

const is = (service, state) => (status) => row(status, service)?.state === state;
const isReady = ({ phase }) => phase === 'ready';

test('Redis is killed and comes back', { timeout: 120_000 }, async (t) => {
  // Its connection breaks a moment before Docker reports its end.
  const broken = stack.status((status) => row(status, 'redis')?.reason?.code === 'killed');
  const began = Date.now();
  await stack.kill('redis');
  const status = await broken;
  assert.equal(row(status, 'redis').state, 'broken');
  assert.equal(status.phase, 'degraded');
  assert.ok(status.publicUrl, 'the public URL stays while degraded');
  await stack.status(isReady);
  t.diagnostic(`killed -> ready again: ${Date.now() - began} ms`);
});

test('docker-proxy is restarted: the event stream is lost, found again, and a kill is reported', { timeout: 120_000 }, async (t) => {
  const lost = stack.status((status) => status.layers[0].state !== 'ok');
  const began = Date.now();
  await stack.restart('docker-proxy');
  assert.equal((await lost).layers[0].layer, 'docker');
  await stack.status(isReady);
  t.diagnostic(`restart called -> the event stream is followed again: ${Date.now() - began} ms`);

  const from = stack.events().count;
  const broken = stack.status(is('icecast', 'broken')).then(() => Date.now());
  await stack.kill('icecast');
  const died = await stack.events().next('icecast dies', ({ service, action }) => service === 'icecast' && action === 'die', { from });
  t.diagnostic(`after it, a kill was reported in ${Math.round(await broken - died.at)} ms`);
  await stack.status(isReady);
});

test('the tunnel is killed: the sidecar starts it, under a new hostname', { timeout: 120_000 }, async (t) => {
  const { publicUrl: old } = await stack.config();
  const began = Date.now();
  await stack.kill('cloudflared');
  const { publicUrl } = await stack.config((config) => config.publicUrl && config.publicUrl !== old);
  t.diagnostic(`killed -> new public URL: ${Date.now() - began} ms`);
  await stack.status(isReady);
  assert.notEqual(publicUrl, old);
});
