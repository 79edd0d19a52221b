// A call with a phone that reaches nothing but the tunnel: HOST_IP is loopback, so LiveKit announces no
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enterCall } from '../support/consulting.mjs';
import { links } from '../support/links.mjs';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { stack } from '../support/stack.mjs';
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
