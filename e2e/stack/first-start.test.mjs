// From images alone to a verified public URL.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { internet } from '../support/internet.mjs';
import { stack, time } from '../support/stack.mjs';

after(() => stack.close());

const ONE_SHOT = ['init', 'gate'];

test('a fresh start ends with a verified public URL', { timeout: 300_000 }, async (t) => {
  await stack.removed();
  stack.events();
  const began = Date.now();
  const up = stack.up().then(() => Date.now() - began);
  const verified = stack.config(({ publicUrl }) => publicUrl).then((config) => ({ config, after: Date.now() - began }));
  const [{ config, after }, upTook] = await Promise.all([verified, up]);

  assert.equal(config.phase, 'ready');
  assert.match(config.publicUrl, /^https:\/\/[a-z0-9-]+\.trycloudflare\.com$/);
  const registered = await internet.registration(config.publicUrl);
  t.diagnostic(`up -d called -> publicUrl reported: ${after} ms; up -d itself: ${upTook} ms`);
  t.diagnostic(`up -d called -> tunnel registered: ${Math.round(registered - began)} ms; registered -> revision: ${Math.round(config.revision - registered)} ms`);
});

test('the tunnel starts last, after the gate has ended with 0', async () => {
  const containers = await stack.containers();
  const tunnel = containers.find(({ service }) => service === 'cloudflared');
  for (const { service, State } of containers) {
    if (ONE_SHOT.includes(service)) assert.deepEqual([State.Status, State.ExitCode], ['exited', 0], service);
    else assert.equal(State.Status, 'running', service);
    if (service !== 'cloudflared') assert.ok(time(State.StartedAt) < time(tunnel.State.StartedAt), `${service} started after the tunnel`);
  }
  const gate = containers.find(({ service }) => service === 'gate');
  assert.ok(time(gate.State.FinishedAt) <= time(tunnel.State.StartedAt));
});

test('the log ends with a banner: the public URL, its QR code, and a note that the tunnel is a stand-in', async () => {
  const { publicUrl } = await stack.config(({ phase }) => phase === 'ready');
  const log = await stack.log('sidecar', /fake for tests/);
  const banner = log.slice(log.indexOf('─'.repeat(60)));
  assert.ok(banner.includes(publicUrl), banner);
  assert.match(banner, /(?:[█▀▄ ]{20,}\n){10,}/, 'no QR code');
  assert.match(banner, /This tunnel is a fake for tests/);
});
