// The phone check: the dashboard's button, what it shows, and the reports of phones.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { HOST, at, phoneCheck, phoneCheckLater, scenes } from './scenes.mjs';
import { Screens, complaints, overflows } from './screen.mjs';
import { Sidecar } from './sidecar.mjs';

let screens, sidecar, page;

before(async () => (screens = await Screens.open()));
after(() => screens?.close());
beforeEach(async () => (sidecar = await Sidecar.listening()));
afterEach(async () => {
  await page?.context().close();
  await sidecar.stops();
});

async function shows(scene, options) {
  sidecar.shows(scenes[scene]());
  page = await screens.shows(sidecar, options);
}
const button = (name = 'Check on a phone') => page.getByRole('button', { name, exact: true });
const card = () => page.locator('.phone');
const sees = (text) => card().getByText(text).first().waitFor();
const qr = () => card().locator('.qr');

test('a press shows a link for the phone, and the report of the phone as it comes', async () => {
  sidecar.phoneChecks = [phoneCheck()];
  await shows('ready');
  await sees('No phone has checked the link in the last ten minutes.');
  await button().click();
  await qr().waitFor();
  assert.deepEqual(sidecar.asked, ['phone-check?wait=25s']);
  assert.ok(await qr().evaluate((image) => image.decode().then(() => image.naturalWidth > 0)), 'the QR code is drawn');
  await sees(/^valid for another (10|9) min/);
  await button('Copy the link of the check').click();
  await page.waitForFunction(async (url) => (await navigator.clipboard.readText()) === url, `https://${HOST}/phone#k7wq3`);
  sidecar.shows(scenes.verified());
  await sees(/^Reported by a phone, 1\d s ago: video reaches any phone\.$/);
  await sees(/, 1[3-9] s ago/);
  assert.deepEqual(page.faults, []);
});

test('the card names what is awaited until a link exists', async () => {
  const later = phoneCheckLater();
  sidecar.phoneChecks = [later, { ...later, body: { ...later.body, retryAfter: 1 } }, phoneCheck()];
  await shows('ready');
  await button().focus();
  await page.keyboard.press('Enter');
  await sees("Now: waiting for Cloudflare's edge");
  const busy = button('Preparing…');
  assert.equal(await busy.getAttribute('aria-disabled'), 'true');
  assert.ok(await busy.evaluate((node) => node === document.activeElement), 'it keeps the focus');
  await qr().waitFor();
  assert.equal(await card().getByText('Now: waiting').count(), 0);
  assert.deepEqual(sidecar.asked, Array(3).fill('phone-check?wait=25s'));
});

test('a refusal is shown with the fix', async () => {
  const error = { code: 'redis_down', message: 'Links cannot be kept now.', messagePt: 'Não dá para guardar links agora.', fix: '`docker compose up -d redis`' };
  sidecar.phoneChecks = [{ status: 503, body: { error } }];
  await shows('ready', { locale: 'pt-BR' });
  await button('Testar em um celular').click();
  await sees('Não dá para guardar links agora.');
  assert.equal(await qr().count(), 0);
  await button('Testar em um celular').waitFor();
});

test('an expired link, or one whose hostname has ended, is no longer shown', async () => {
  const soon = phoneCheck();
  soon.body.expiresAt = at(1.5);
  sidecar.phoneChecks = [soon, phoneCheck()];
  await shows('ready');
  await button().click();
  await qr().waitFor();
  await qr().waitFor({ state: 'detached' });
  await button().click();
  await qr().waitFor();
  sidecar.shows(scenes.preparing());
  await qr().waitFor({ state: 'detached' });
  sidecar.shows({ ...scenes.ready(), publicUrl: 'https://another.trycloudflare.com' });
  await page.locator('#public-url').waitFor();
  assert.equal(await qr().count(), 0);
});

test('the card shows how far video reaches, for each grade and device', async () => {
  await shows('sameWifi');
  await sees(/^Reported by a phone, 1 min 1\d s ago: video reaches phones on the same Wi-Fi\.$/);
  assert.equal(await page.locator('.phone-report').getAttribute('data-state'), 'limited');
  sidecar.shows(scenes.noVideo());
  await sees(/^Reported by a computer, 3\d s ago: no video arrived\.$/);
  assert.equal(await page.locator('.phone-report').getAttribute('data-state'), 'broken');
  await button('Português').click();
  await sees(/^Informado por um computador há 3\d s: o vídeo não chegou\.$/);
});

test('the guide to TURN has the lines of each way, in both languages, until a phone has reached TURN', async () => {
  await shows('sameWifi');
  const guide = page.locator('#better-video');
  await guide.getByText('Make video better for mobile phones').click();
  await guide.getByText('TURN_CLOUDFLARE_KEY=').waitFor();
  await guide.getByLabel('Choose a TURN server:').selectOption('relay');
  await guide.getByText('compose/media-relay.yaml').waitFor();
  assert.ok(await page.locator('#better-video-way').evaluate((node) => node === document.activeElement), 'it keeps the focus');
  await guide.getByRole('button', { name: 'Copy the lines' }).click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^COMPOSE_PATH_SEPARATOR=:\nCOMPOSE_FILE=.*\nRELAY_SERVER=.*\nRELAY_PORT=34567$/);
  await button('Português').click();
  await guide.getByText('No pequeno servidor execute').waitFor();
  assert.deepEqual(await complaints(page), []);
  assert.deepEqual(await overflows(page), []);
  const { phone, ...rest } = scenes.sameWifi();
  sidecar.shows({ ...rest, phone: { ...phone, grade: 'turn' } });
  await guide.waitFor({ state: 'hidden' });
});

test('a user who is signed out meanwhile is sent to the sign-in', async () => {
  await shows('ready');
  sidecar.signedIn = false;
  await button().click();
  await page.locator('[data-standing="signedOut"]').waitFor();
});
