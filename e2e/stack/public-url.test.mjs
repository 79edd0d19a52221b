// The public URL over the test internet's DNS and TLS, and a call through it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { phoneBrowser } from '../support/browser.mjs';
import { stack } from '../support/stack.mjs';

let phone, publicUrl;

before(async () => {
  ({ publicUrl } = await stack.isReady());
  phone = await phoneBrowser();
}, { timeout: 180_000 });
after(async () => {
  await phone?.close();
  await stack.close();
});

test('the public URL serves the page and its configuration', { timeout: 60_000 }, async () => {
  const ana = await phone.visitor('Ana');
  await ana.opens(publicUrl);
  await ana.seesPhase('ready');
  await ana.seesLink(publicUrl);
  await ana.follows('websocket');
  const config = await ana.page.evaluate(async () => (await fetch('/runtime-config')).json());
  assert.equal(config.origin, publicUrl);
  assert.equal(config.publicUrl, publicUrl);
  assert.equal(config.livekitUrl, publicUrl.replace('https:', 'wss:'));
  assert.equal(config.env.NEXT_PUBLIC_SITE_URL, publicUrl);
  await ana.shot('phone-link');
});

test('two phones in one room see each other move', { timeout: 180_000 }, async (t) => {
  const [ana, bia] = await Promise.all(['Ana', 'Bia'].map((name) => phone.visitor(name)));
  await Promise.all([ana, bia].map((visitor) => visitor.opens(publicUrl)));
  const began = Date.now();
  await ana.joins('sala');
  await bia.joins('sala');
  for (const visitor of [ana, bia]) {
    const moving = await visitor.seesMovingVideo(1);
    assert.ok(moving.decodedAfter > moving.decodedBefore, `${visitor.name} decodes nothing`);
    for (const video of moving.videos) assert.ok(video.to > video.from && video.width > 0, `${visitor.name} sees a still`);
    t.diagnostic(`${visitor.name}: frames decoded ${moving.decodedBefore} -> ${moving.decodedAfter}, ${moving.videos[0].width}x${moving.videos[0].height}`);
    await visitor.shot(`call-${visitor.name}`);
  }
  t.diagnostic(`two joined and saw each other after ${Date.now() - began} ms`);

  await bia.leaves();
  await ana.page.waitForFunction(() => document.querySelectorAll('[data-testid="tile"]').length === 1);
  await ana.leaves();
});
