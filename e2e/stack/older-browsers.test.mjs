// Calls over the tunnel with phones whose browser lacks some of the interfaces. A Chromium without them stands for
// those phones: the lobby names what will be missing, and the call has the rest.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { links } from '../support/links.mjs';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { stack } from '../support/stack.mjs';
import { onlyTunnel, TunnelCall } from '../support/tunnel-call.mjs';

const SOUND = ['AudioEncoder', 'AudioDecoder', 'EncodedAudioChunk', 'AudioData'];
const VIDEO = ['VideoEncoder', 'VideoDecoder', 'EncodedVideoChunk', 'VideoFrame', 'VideoColorSpace'];
const FRAMES = ['MediaStreamTrackProcessor', 'MediaStreamTrackGenerator', 'VideoTrackGenerator'];

/** Names that a browser lacks, and what a call over the tunnel lacks with it. */
const BROWSERS = [
  { name: 'without AudioEncoder', lacks: ['AudioEncoder'], missing: [] },
  { name: 'without AudioDecoder', lacks: ['AudioDecoder'], missing: [] },
  { name: 'without VideoEncoder', lacks: ['VideoEncoder'], missing: ['send_video'] },
  { name: 'without MediaStreamTrackProcessor', lacks: ['MediaStreamTrackProcessor'], missing: [] },
  { name: "like iOS 16.4's Safari: sound without WebCodecs, no frames of a track", lacks: [...SOUND, ...FRAMES], missing: [] },
  { name: 'like Firefox for Android: no WebCodecs', lacks: [...SOUND, ...VIDEO, ...FRAMES], missing: ['send_video', 'receive_video'] },
];

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

for (const { name, lacks, missing } of BROWSERS) {
  test(`a browser ${name} gets what its lobby says`, { timeout: 120_000 }, async () => {
    const call = await TunnelCall.inLobby(desk, phone, { lacks });
    await call.lobbyNames(missing);
    await call.begins();
    assert.deepEqual(await leftOf(call.client, lacks), [], 'the test removed them');
    await call.works(missing);
    assert.equal(await call.client.rung(), 'tunnel');
    await call.client.shot(`older-browser-${lacks.length}`);
    await call.ends();
  });
}

/** Returns which of the interfaces the page or its worker has. */
async function leftOf({ page }, names) {
  const has = (list) => list.filter((name) => name in globalThis);
  const found = await Promise.all([page, ...page.workers()].map((each) => each.evaluate(has, names)));
  return [...new Set(found.flat())];
}
