// What a browser keeps of an app: its service worker under a hostname that has ended, and its HSTS.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { images } from '../apps/images.mjs';
import { place } from '../apps/place.mjs';
import { manner } from '../apps/services.mjs';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { run } from '../support/process.mjs';
import { local, stack } from '../support/stack.mjs';

const HSTS = 'strict-transport-security';

let phone, here;

before(async () => {
  await images();
  await run('npm', ['--prefix', 'client', 'ci', '--loglevel=error']); // builds it
  await stack.isReady();
  phone = await phoneBrowser();
  here = await localBrowser();
}, { timeout: 900_000 });
after(async () => {
  await phone?.close();
  await here?.close();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

const isReady = () => stack.config(({ phase, publicUrl }) => phase === 'ready' && publicUrl);

test('HSTS of the app reaches the public hostname and never localhost', { timeout: 120_000 }, async () => {
  await place({ app: manner('hsts') });
  const { publicUrl } = await isReady();
  const outside = await (await phone.visitor('visitor')).page.goto(publicUrl);
  assert.match(outside.headers()[HSTS], /max-age/);
  const { page } = await here.visitor('professional');
  for (const round of ['first', 'second']) {
    const inside = await page.goto(local);
    assert.equal(inside.status(), 200, round);
    assert.equal(inside.headers()[HSTS], undefined, round);
    assert.equal(new URL(page.url()).protocol, 'http:', round);
  }
});

test('a page from a service worker shows that its address has ended', { timeout: 240_000 }, async () => {
  const app = manner('kept');
  await place({ app: { ...app, volumes: [...app.volumes, './client/dist:/client:ro'] } });
  const { publicUrl } = await isReady();
  const { page } = await phone.visitor('visitor');
  await page.goto(publicUrl);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await page.locator('h1', { hasText: 'It works' }).waitFor();
  assert.equal(await page.locator('#notice').isHidden(), true);
  await page.waitForFunction(() => localStorage.getItem('public-url'));

  await stack.restart('cloudflared');
  await stack.config((config) => config.publicUrl && config.publicUrl !== publicUrl);
  await page.goto(publicUrl);
  await page.locator('#notice', { hasText: /has ended|is now at/ }).waitFor({ timeout: 60_000 });
  assert.equal(await page.locator('h1').innerText(), 'It works', 'the page itself came from the cache');
});
