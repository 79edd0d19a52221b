// What the dashboard shows and does, in a real browser, against the test's control port.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { HOST, at, scenes } from './scenes.mjs';
import { PHONE, Screens, opens } from './screen.mjs';
import { Sidecar } from './sidecar.mjs';

let screens, sidecar, page;

before(async () => (screens = await Screens.open()));
after(() => screens?.close());
beforeEach(async () => (sidecar = await Sidecar.listening()));
afterEach(async () => {
  await page?.context().close();
  await sidecar.stops().catch(() => {}); // one test stops it already
});

async function shows(scene, options) {
  sidecar.shows(scenes[scene]());
  page = await screens.shows(sidecar, options);
}
const verdict = (text) => page.locator('#verdict-title', { hasText: text }).waitFor();
const press = (name, { within = page } = {}) => within.getByRole('button', { name, exact: true }).click();
const sees = (text, { within = page } = {}) => within.getByText(text).first().waitFor();
const row = (name) => page.locator('#services > li').filter({ has: page.getByRole('heading', { name }) });
const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
const asked = async (count = 1) => {
  for (let tries = 0; sidecar.asked.length < count && tries < 100; tries += 1) await page.waitForTimeout(20);
  return sidecar.asked;
};

test('a verified URL is shown and can be copied, and its age counts each second', async () => {
  await shows('ready');
  await verdict('The link works');
  assert.equal(await page.locator('#public-url').getAttribute('href'), `https://${HOST}`);
  await press('Copy the link');
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  assert.equal(await clipboard(), `https://${HOST}`);
  const seconds = async () => Number(/Last verified (\d+) s ago/.exec(await page.locator('#verification-age').textContent())[1]);
  const first = await seconds();
  await page.waitForFunction((before) => Number(/\d+/.exec(document.getElementById('verification-age').textContent)) >= before + 2, first);
  const [width] = await page.locator('.qr').evaluateAll((images) => images.map((image) => image.naturalWidth));
  assert.ok(width > 0, 'the QR code is there');
});

for (const file of ['/dashboard.js', '/phone.js', '/dashboard.css']) {
  test(`the page loads again when ${file} does not arrive`, async () => {
    sidecar.drops.add(file);
    await shows('ready');
    await verdict('The link works');
    assert.equal(sidecar.drops.size, 0);
    await page.locator('.qr').first().waitFor();
    assert.ok(await page.evaluate(() => getComputedStyle(document.body).margin === '0px'), 'the style is there');
  });
}

test('the page follows the document, and the focused control keeps the focus', async () => {
  await shows('preparing');
  await verdict('Preparing: waiting for Cloudflare\'s edge');
  await page.locator('#verdict-detail', { hasText: /^for \d+ s$/ }).waitFor();
  await sees('It appears here as soon as it is verified');
  assert.equal(await page.locator('#public-url, .qr').count(), 0);
  const restart = row('redis').getByRole('button', { name: 'Restart redis' });
  await restart.focus();
  sidecar.shows(scenes.ready());
  await verdict('The link works');
  assert.ok(await restart.evaluate((button) => button === document.activeElement));
});

test('a broken service shows the reason, the next step, and the healing', async () => {
  await shows('degraded');
  await verdict('The link does not work right now');
  assert.equal(await page.locator('#public-url, .qr').count(), 0, 'a link that does not work is not handed out');
  await sees('Do not share it now');
  const livekit = row('livekit');
  await sees('cannot bind port 7880', { within: livekit });
  await livekit.locator('.notes', { hasText: /restarted 4 times by Docker · restarted 2 times by Sidelink · next attempt in \d+ s/ }).waitFor();
  await press('Copy docker compose logs livekit', { within: livekit });
  await page.waitForFunction(async () => (await navigator.clipboard.readText()) === 'docker compose logs livekit');
  await press('Restart livekit', { within: page.locator('#verdict') });
  await sees('Everything that uses it is interrupted for some seconds.');
  await press('Restart', { within: page.getByRole('dialog') });
  assert.deepEqual(await asked(), ['services/livekit/restart']);
  await page.getByRole('button', { name: 'Restarting…' }).first().waitFor();
});

test('a service with exhausted restarts is the headline', async () => {
  await shows('exhausted');
  await verdict('LiveKit needs you: restarting it has not helped');
  await sees('Sidelink has stopped trying', { within: row('livekit') });
});

test('a restart of the quick tunnel warns that the URL changes, and cancel restarts nothing', async () => {
  await shows('twoTunnels');
  await press('Restart cloudflared-named');
  await sees('The link stays the same');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  sidecar.shows(scenes.oldTunnel());
  await verdict('The link does not work right now');
  await sees('The tunnel is restarted in 40 s: the link will change');
  await press('Restart cloudflared', { within: page.locator('#verdict') });
  await sees('The link will change');
  await press('Cancel', { within: page.getByRole('dialog') });
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.deepEqual(sidecar.asked, []);
});

test('a press verifies the URL again, and a refusal stands beside the button', async () => {
  await shows('limitedDns');
  await verdict('The link works for some visitors only');
  sidecar.answers = { status: 200, error: null };
  await press('Verify again', { within: page.locator('.link') });
  assert.deepEqual(await asked(), ['verify?maxAge=0s']);
  sidecar.answers = { status: 503, error: { message: 'Too many.', messagePt: 'Demais.', fix: 'Wait a minute.' } };
  await press('Verify again', { within: page.locator('.link') });
  await sees('Too many. Wait a minute.', { within: page.locator('.link') });
});

test('a press wakes a suspended tunnel', async () => {
  await shows('suspended', { locale: 'pt-BR' });
  await verdict('O link está suspenso');
  await press('Gerar link');
  assert.deepEqual(await asked(), ['tunnel/wake']);
  assert.equal(await page.locator('[data-state="waiting"]').count(), 0, 'nothing is awaited while it is suspended');
});

test('each light shows what was observed, also for a layer of a newer sidecar', async () => {
  await shows('twoTunnels');
  const detail = page.locator('#layer-detail');
  await page.getByRole('button', { name: /^DNS\s?: works$/ }).focus();
  await sees('cloudflare-dns.com, dns.google', { within: detail });
  await detail.getByText(/since .*12 min/).waitFor();
  await page.getByRole('button', { name: /^turn\s?: unknown$/ }).click();
  await sees('udp 3478', { within: detail });
});

test('the tunnel, its limit, and the one that stands by', async () => {
  await shows('twoTunnels');
  const tunnel = page.locator('.tunnel');
  await sees('The link stays the same after a restart.', { within: tunnel });
  await sees('163 of 200', { within: tunnel });
  await sees('Close to the limit', { within: tunnel });
  await sees('Standby', { within: tunnel });
  sidecar.shows(scenes.ready());
  await sees('3 of 200', { within: tunnel });
  await page.locator('#in-flight-near').waitFor({ state: 'hidden' });
});

test('recent activity is listed newest first, all of it on demand', async () => {
  await shows('ready');
  const entries = page.locator('#activity > li');
  assert.equal(await entries.count(), 6);
  await press('Show all 11');
  assert.equal(await entries.count(), 11);
  const newer = scenes.ready();
  newer.activity.unshift({ at: at(-1), kind: 'service', subject: 'redis', state: 'broken', message: 'ended with exit code 137', messagePt: 'terminou com código 137' });
  sidecar.shows(newer);
  await entries.first().getByText('redis: ended with exit code 137 (broken)').waitFor();
});

test('the page reports a lost sidecar with the time, and follows it again', async () => {
  await shows('ready');
  await sidecar.stops();
  await verdict('The sidecar does not answer');
  await page.locator('#verdict-detail', { hasText: /^Since \d\d:\d\d:\d\d, for [1-9]\d* s\. Below is the last known state\.$/ }).waitFor();
  await page.getByRole('button', { name: 'Copy docker compose up --detach sidecar' }).waitFor();
  await sidecar.starts();
  await press('Try now').catch(() => {}); // it may have reconnected already
  await verdict('The link works');
});

test('the page reports a hung sidecar, though the connection stays', async () => {
  await shows('ready', { clock: true });
  sidecar.hangs = true;
  await page.clock.fastForward(15_000);
  await verdict('The sidecar does not answer');
  // From here on the page's time stands still, so it cannot reconnect before the press.
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 50);
  sidecar.hangs = false;
  await press('Try now');
  await verdict('The link works');
});

test('ages count by the sidecar\'s clock', async () => {
  sidecar.ahead = -300_000;
  sidecar.shows({ ...scenes.ready(), verifiedAt: at(-307) });
  page = await screens.shows(sidecar);
  await page.locator('#verification-age', { hasText: /^Last verified ([5-9]|1\d) s ago$/ }).waitFor();
});

test('signed out, the page shows only how to sign in', async () => {
  await shows('ready');
  await press('Log out');
  await verdict('You are signed out');
  await press('Copy docker compose exec sidecar sidelink dashboard');
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  assert.equal(await clipboard(), 'docker compose exec sidecar sidelink dashboard');
  assert.ok(!(await page.locator('#panels').isVisible()));
  assert.ok(!(await page.content()).includes(HOST), 'nothing is left in the page');
});

test('the page notices an ended session at the first press, and a new one automatically', async () => {
  await shows('ready', { clock: true });
  sidecar.signedIn = false;
  await press('Verify again');
  await verdict('You are signed out');
  sidecar.signedIn = true;
  await page.clock.fastForward(15_000);
  await verdict('The link works');
});

test('the page uses the browser\'s language, and remembers a choice', async () => {
  await shows('degraded', { locale: 'pt-BR', viewport: PHONE });
  await verdict('O link não funciona agora');
  assert.equal(await page.locator('html').getAttribute('lang'), 'pt-BR');
  await press('English');
  await verdict('The link does not work right now');
  await opens(page, sidecar.url);
  await verdict('The link does not work right now');
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
});

test('data is never parsed as HTML, and only addresses of pages are linked', async () => {
  const status = scenes.degraded();
  const evil = '<img src=x onerror="document.title=1">';
  for (const service of status.services) if (service.reason) service.reason.message = evil;
  status.activity[0].message = evil;
  status.layers[4] = { ...status.layers[4], state: evil, layer: evil };
  sidecar.shows(status);
  page = await screens.shows(sidecar);
  await sees(evil, { within: row('livekit') });
  assert.equal(await page.locator('main img').count(), 0);
  sidecar.shows({ ...scenes.ready(), publicUrl: 'javascript:alert(1)' });
  await verdict('The link works');
  assert.equal(await page.locator('[href^="javascript"]').count(), 0);
  assert.deepEqual(page.faults, []);
});
