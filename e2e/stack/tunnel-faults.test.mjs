// What a call over the tunnel survives: three people, a phone without a network for a while, a
// bridge that ends. HOST_IP is loopback, so the phones reach nothing but the tunnel.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bridgeCounts } from '../support/bridge.mjs';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { takesClock, watched, watches } from '../support/clock-camera.mjs';
import { enterCall, openAsClient } from '../support/consulting.mjs';
import { internet } from '../support/internet.mjs';
import { links } from '../support/links.mjs';
import { call, comesBack, sleep, times } from '../support/measured-calls.mjs';
import { stack } from '../support/stack.mjs';
import { onlyTunnel } from '../support/tunnel-call.mjs';

/** Seconds without a network. The bridge keeps a participant for 15. */
const LOST = 8;
/** From the moment at which the bridge ends. Docker starts it again. */
const MAX_BACK_MS = Number(process.env.E2E_BRIDGE_BACK_MS || 4_000);
/** LiveKit's rooms end with it: each page joins again, and the page over WebRTC tries for longer. */
const MAX_LIVEKIT_BACK_MS = 20_000;

let desk, phone;

before(async () => {
  await onlyTunnel();
  [desk, phone] = await Promise.all([localBrowser(), phoneBrowser()]);
}, { timeout: 240_000 });
after(async () => {
  await internet.switches({ line: { lost: false } });
  await links.revokeAll();
  await phone?.close();
  await desk?.close();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

/** The longest time without a picture that began after `from`, and when it ended. */
function longestPause({ frames }, from) {
  const later = frames.filter(({ at }) => at >= from);
  return Math.max(...later.slice(1).map(({ at }, i) => at - later[i].at));
}

test('three people see and hear each other, two of them over the tunnel', { timeout: 120_000 }, async () => {
  const { link, professional, client, end } = await call({ desk, phone });
  const second = await phone.visitor('Caio', { bypassCSP: true });
  await takesClock(second);
  await openAsClient(second, link.consultationUrl);
  await enterCall(second);
  for (const each of [professional, client, second]) await each.seesMovingVideo(2);
  assert.deepEqual([await client.rung(), await second.rung()], ['tunnel', 'tunnel']);
  await second.page.context().close();
  await end();
});

test(`after ${LOST} s without a network the phone is the same participant`, { timeout: 120_000 }, async (t) => {
  const { professional, client, end } = await call({ desk, phone });
  const before = await bridgeCounts();
  await Promise.all([professional, client].map(watches));
  await internet.switches({ line: { lost: true } });
  await client.sees('call', 'data-state', 'reconnecting');
  await sleep(LOST);
  await internet.switches({ line: { lost: false } });
  const on = Date.now();
  await comesBack(client);
  await sleep(2);
  const seen = { professional: await watched(professional), client: await watched(client) };
  for (const [name, { frames }] of Object.entries(seen)) {
    const back = frames.find(({ at, taken }) => at > on && taken > on);
    assert.ok(back, `${name} sees nothing new`);
    t.diagnostic(`${name} sees the other again after ${back.at - on} ms`);
  }
  const { resumed, joined } = await bridgeCounts();
  assert.deepEqual([resumed - before.resumed, joined - before.joined], [1, 0]);
  const { others } = await times(professional);
  assert.deepEqual(others.map(({ value }) => value), [0, 1], 'the professional lists one person throughout');
  await end();
});

/** The longest time that either sees no picture while a service is killed, and what each saw. */
async function killed(t, service, { professional, client }, limitMs) {
  await Promise.all([professional, client].map(watches));
  const at = Date.now();
  await stack.signal(service, 'KILL');
  await comesBack(client);
  await Promise.all([professional, client].map((each) => each.seesMovingVideo(1, { seconds: 30 })));
  await sleep(1);
  for (const [name, visitor] of Object.entries({ professional, client })) {
    const pause = longestPause(await watched(visitor), at - 1_000);
    t.diagnostic(`${service} is killed: ${name} saw no picture for ${pause} ms`);
    assert.ok(pause <= limitMs, `${name}: ${pause} ms`);
    assert.ok((await times(visitor)).others.every(({ value }) => value <= 1), `${name} lists two people`);
  }
  assert.equal(await client.rung(), 'tunnel');
}

for (const [service, limitMs] of [['bridge', MAX_BACK_MS], ['livekit', MAX_LIVEKIT_BACK_MS]]) {
  test(`the call goes on after the service ${service} ended`, { timeout: 120_000 }, async (t) => {
    const met = await call({ desk, phone });
    await killed(t, service, met, limitMs);
    await met.end();
  });
}
