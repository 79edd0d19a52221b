// The stack's own TURN server behind a TCP tunnel: a phone that reaches nothing but the public URL
// and the tunnel's port has a two-way call, and the relay reaches nothing but LiveKit.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { links } from '../support/links.mjs';
import { run } from '../support/process.mjs';
import { livekitClient, pairInUse, views } from '../support/shared-video.mjs';
import { compose, container, docker, local, project, row, stack } from '../support/stack.mjs';

const INTERNET = process.env.STAND_INS_INTERNET || '198.51.100';
const SERVER = `${INTERNET}.77`;
const PORT = '34567';
const BORE_SERVER = `${project}-e2e-bore-server`;
const FILES = 'compose.yaml:compose/media-relay.yaml:stand-ins/compose.yaml:stand-ins/media-relay.yaml';
const SETTINGS = { RELAY_SERVER: SERVER, RELAY_PORT: PORT };

let desk, phone;

before(async () => {
  await stack.isReady();
  await compose(['build', '--quiet', 'relay', 'bore'], { env: { COMPOSE_FILE: FILES, ...SETTINGS } });
  await docker('run', '--detach', '--name', BORE_SERVER, '--network', `${project}_internet`, '--ip', SERVER, 'sidelink/bore:0.6.0', 'server', '--min-port', PORT, '--max-port', PORT);
  await stack.switchTo({ files: FILES, settings: SETTINGS });
  const works = (status) => ['relay', 'coturn', 'bore'].every((service) => row(status, service)?.state === 'ok');
  await stack.status((status) => status.phase === 'ready' && works(status), { seconds: 120 });
  [desk, phone] = await Promise.all([localBrowser(), phoneBrowser()]);
  await stack.cutOff('phone', 'lan'); // its other network is the test internet
}, { timeout: 600_000 });

after(async () => {
  await links.revokeAll();
  await phone?.close();
  await desk?.close();
  await compose(['--profile', 'phone', 'rm', '--stop', '--force', 'phone']); // the next suite's is in both networks
  await run('docker', ['rm', '--force', BORE_SERVER], { fine: true });
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

const token = async (identity) => (await links.livekitToken({ room: 'relay', identity })).body.token;

test('a phone that reaches only the public URL and the TCP tunnel has a two-way call by TURN over TCP', { timeout: 240_000 }, async (t) => {
  const { publicUrl } = await stack.config(({ publicUrl: url, phase }) => phase === 'ready' && url);
  const link = await links.made();
  const { iceServers } = (await links.join(link.token)).body;
  assert.deepEqual(iceServers.map(({ urls }) => urls), [[`turn:${SERVER}:${PORT}?transport=tcp`]]);

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
  for (const target of [`${livekit}/7880`, 'app/3000', 'gateway/8081', 'sidecar/8787', 'sidecar/8788', `${SERVER}/7835`]) {
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
