// The stack's own TURN server behind a TCP tunnel: a phone that reaches nothing but the public URL
// and the tunnel's port has a two-way call, and the relay reaches nothing but LiveKit.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { links } from '../support/links.mjs';
import { run } from '../support/process.mjs';
import { RELAY, startRelay, stopRelay } from '../support/relay.mjs';
import { livekitClient, pairInUse, views } from '../support/shared-video.mjs';
import { container, local, stack } from '../support/stack.mjs';

let desk, phone;

before(async () => {
  await startRelay();
  [desk, phone] = await Promise.all([localBrowser(), phoneBrowser()]);
  await stack.cutOff('phone', 'lan'); // its other network is the test internet
}, { timeout: 600_000 });

after(async () => {
  await links.revokeAll();
  await phone?.close();
  await desk?.close();
  await stopRelay();
  await stack.close();
}, { timeout: 240_000 });

const token = async (identity) => (await links.livekitToken({ room: 'relay', identity })).body.token;

test('a phone that reaches only the public URL and the TCP tunnel has a two-way call by TURN over TCP', { timeout: 240_000 }, async (t) => {
  const { publicUrl } = await stack.config(({ publicUrl: url, phase }) => phase === 'ready' && url);
  const link = await links.made();
  const { iceServers } = (await links.join(link.token)).body;
  assert.deepEqual(iceServers.map(({ urls }) => urls), [[`turn:${RELAY.server}:${RELAY.port}?transport=tcp`]]);

  const [here, there] = [await desk.visitor('Ana', { bypassCSP: true }), await phone.visitor('Bia', { bypassCSP: true })];
  await livekitClient(here, `${local}/runtime-config`);
  await livekitClient(there, `${publicUrl}/runtime-config`);
  const began = Date.now();
  const [, { connected }] = await Promise.all([
    views(here, { url: local.replace('http', 'ws'), token: await token('ana'), publishes: true }),
    views(there, { url: publicUrl.replace('http', 'ws'), token: await token('bia'), publishes: true, rtcConfig: { iceServers, iceTransportPolicy: 'relay' } }),
  ]);
  t.diagnostic(`relayed: connected after ${Math.round(connected)} ms, video both ways after ${Date.now() - began} ms`);
  const pair = await pairInUse(there);
  assert.deepEqual([pair.candidateType, pair.relayProtocol], ['relay', 'tcp']);
});

test('the relay reaches the media port of LiveKit and nothing else', { timeout: 120_000 }, async () => {
  const inside = (script) => run('docker', ['exec', container('relay'), 'bash', '-c', script], { fine: true });
  const { stdout } = await inside('getent ahostsv4 livekit | head -n1 | cut -d" " -f1');
  const livekit = stdout.trim();
  assert.match(livekit, /^\d+(\.\d+){3}$/);
  for (const target of [`${livekit}/7880`, 'app/3000', 'gateway/8081', 'sidecar/8787', 'sidecar/8788', `${RELAY.server}/7835`]) {
    const { code } = await inside(`timeout 2 bash -c '</dev/tcp/${target}'`);
    assert.notEqual(code, 0, `it reaches ${target}`);
  }
  // The owner of valid credentials asks for another peer.
  const link = await links.made();
  const [{ username, credential }] = (await links.join(link.token)).body.iceServers;
  const gateway = (await inside('getent ahostsv4 gateway | head -n1 | cut -d" " -f1')).stdout.trim();
  const asked = (peer) => run('docker', ['exec', container('coturn'), 'turnutils_uclient', '-t', '-y', '-n', '1', '-c', '-u', username, '-w', credential, '-e', peer, '-r', '8081', '127.0.0.1'], { fine: true });
  const { stdout: out, stderr } = await asked(gateway);
  assert.match(out + stderr, /403 \(Forbidden|error 403/);
  const wrong = await run('docker', ['exec', container('coturn'), 'turnutils_uclient', '-t', '-y', '-n', '1', '-c', '-u', username, '-w', 'guess', '-e', gateway, '127.0.0.1'], { fine: true });
  assert.match(wrong.stdout + wrong.stderr, /401|Cannot complete Allocation/);
});
