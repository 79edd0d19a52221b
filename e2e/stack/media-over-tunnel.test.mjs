// A call with a phone that reaches nothing but the tunnel: HOST_IP is loopback, so LiveKit announces no address that it
// reaches. The last test is of a participant without any media.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enterCall } from '../support/consulting.mjs';
import { links } from '../support/links.mjs';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { sleep } from '../support/measured-calls.mjs';
import { within } from '../support/process.mjs';
import { local, stack } from '../support/stack.mjs';
import { onlyTunnel, TunnelCall } from '../support/tunnel-call.mjs';

const CALLS = Number(process.env.E2E_TUNNEL_CALLS || 2);

let desk, phone;

before(async () => {
  await onlyTunnel();
  [desk, phone] = await Promise.all([localBrowser(), phoneBrowser()]);
}, { timeout: 240_000 });
after(async () => {
  await links.revokeAll();
  await phone?.close();
  await desk?.close();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

/** How the operator sees the participants, once each page has reported its path. */
async function reported() {
  for (;;) {
    const { clients } = await stack.connections();
    if (clients.length === 2 && clients.every(({ path }) => path)) return clients;
    await sleep(0.5);
  }
}

test('the operator sees who is in the call, and by which path', { timeout: 120_000 }, async () => {
  const made = await TunnelCall.inLobby(desk, phone);
  await enterCall(made.professional);
  await enterCall(made.client);
  await made.client.seesMovingVideo(1, { frames: 1 });
  const seen = await within(30, 'both pages report', reported());
  const { path, verdict, connection_state: state, rtt_ms: rtt } = seen.find(({ name }) => name === 'Bia');
  assert.deepEqual([path, state], ['tunnel', 'connected']);
  assert.match(verdict, /^through the tunnel/); // Playwright grants camera and microphone, and denies everything else
  assert.ok(rtt >= 0, `${rtt}`);
  const professional = seen.find(({ name }) => name !== 'Bia');
  assert.match(`${professional.path} ${professional.ice_state}`, /^(lan|direct) (connected|completed)$/); // over WebRTC, on this machine
  await made.ends();
});

for (let call = 1; call <= CALLS; call += 1) {
  test(`call ${call}: video moves and sound is heard both ways, over the tunnel`, { timeout: 120_000 }, async (t) => {
    const made = await TunnelCall.inLobby(desk, phone);
    const { professional, client } = made;
    await enterCall(professional);
    const began = performance.now();
    await enterCall(client);
    await client.seesMovingVideo(1, { frames: 1 });
    t.diagnostic(`"Enter" -> first remote frame ${(performance.now() - began).toFixed(0)} ms`);
    await made.works();
    assert.equal(await client.rung(), 'tunnel');
    await client.shot('call-over-tunnel');
    await made.ends();
  });
}

/** Joins by signalling alone: resolves with what LiveKit sent, as text, once the WebSocket is closed. */
async function joinsWithoutMedia(token) {
  const { page } = await desk.visitor('Cris');
  await page.goto(`${local}/runtime-config`);
  return page.evaluate((token) => new Promise((resolve) => {
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/rtc?access_token=${token}&protocol=15`);
    socket.binaryType = 'arraybuffer';
    let received = '';
    socket.onmessage = ({ data }) => (received += new TextDecoder().decode(data));
    socket.onclose = () => resolve(received);
  }), token);
}

test('a participant whose media does not connect is removed after 30 s, and receives the reason', { timeout: 120_000 }, async () => {
  const { body } = await links.livekitToken({ room: 'without media', identity: 'cris', name: 'Cris' });
  const received = await within(60, 'it is removed', joinsWithoutMedia(body.token));
  assert.match(received, /sidelink\.removed.*media_not_connected/s);
  await stack.log('sidecar', /its media did not connect: removed.*identity="cris/);
});
