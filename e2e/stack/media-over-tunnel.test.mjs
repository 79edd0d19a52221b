// A call with a phone that reaches nothing but the tunnel: HOST_IP is unset, so LiveKit announces no
// address that the phone could reach. E2E_TUNNEL_CALLS=10 is what scripts/slow does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enterCall, openAsClient, Professional } from '../support/consulting.mjs';
import { links } from '../support/links.mjs';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { stack } from '../support/stack.mjs';

const CALLS = Number(process.env.E2E_TUNNEL_CALLS || 2);

const layer = ({ layers }, name) => layers.find((each) => each.layer === name);

let desk, phone;

before(async () => {
  await stack.switchTo({ settings: { HOST_IP: '' } });
  await stack.status((status) => status.phase === 'ready' && layer(status, 'media')?.state === 'ok');
  [desk, phone] = await Promise.all([localBrowser(), phoneBrowser()]);
}, { timeout: 240_000 });
after(async () => {
  await links.revokeAll();
  await phone?.close();
  await desk?.close();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

const rung = (visitor) => visitor.page.getByTestId('call').getAttribute('data-rung');

/** The loudest moment of what others say, as the page plays it: 0 is silence. The fake microphone beeps each second. */
const hears = (visitor) => visitor.page.evaluate(async () => {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 32_768; // longer than the pause between two beeps
  for (const { srcObject } of document.querySelectorAll('audio, video[data-local="false"]')) {
    if (srcObject?.getAudioTracks().length) context.createMediaStreamSource(new MediaStream(srcObject.getAudioTracks())).connect(analyser);
  }
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  for (let until = performance.now() + 5_000; performance.now() < until && loudest < 0.01;) {
    await new Promise(requestAnimationFrame);
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, ...samples.map(Math.abs));
  }
  await context.close();
  return loudest;
});

async function lobby() {
  const link = await links.made();
  const professional = await Professional.signsIn(await desk.visitor('Dra. Ana'));
  await professional.enters(link.token);
  await professional.visitor.sees('lobby');
  const client = await phone.visitor('Bia', { locale: 'pt-BR' });
  await openAsClient(client, link.consultationUrl);
  return { link, professional: professional.visitor, client };
}

for (let call = 1; call <= CALLS; call += 1) {
  test(`call ${call}: video moves and sound is heard both ways, over the tunnel`, { timeout: 120_000 }, async (t) => {
    const { link, professional, client } = await lobby();
    await enterCall(professional);
    const began = performance.now();
    await enterCall(client);
    await client.seesMovingVideo(1, { frames: 1 });
    t.diagnostic(`"Enter" -> first remote frame ${(performance.now() - began).toFixed(0)} ms`);
    await Promise.all([client, professional].map((each) => each.seesMovingVideo(1)));
    assert.equal(await rung(client), 'tunnel');
    for (const each of [client, professional]) assert.ok(await hears(each) >= 0.01, `${each.name} hears nothing`);
    await client.shot('call-over-tunnel');
    await client.part('leave').click();
    await professional.sees('waiting');
    await links.revoke(link.token);
    for (const each of [client, professional]) await each.page.context().close();
  });
}
