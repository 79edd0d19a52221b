// "Check on a phone" in the dashboard, and the result on the phone and in the dashboard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { links } from '../support/links.mjs';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { stack } from '../support/stack.mjs';

const ANDROID = 'Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36';

let desk, phone;

before(async () => {
  await stack.isReady();
  [desk, phone] = await Promise.all([localBrowser(), phoneBrowser()]);
}, { timeout: 180_000 });
after(async () => {
  await links.revokeAll();
  await phone?.close();
  await desk?.close();
  await stack.close();
});

test('a phone that opens the code reports how far video reaches, to the dashboard and the configuration', { timeout: 180_000 }, async (t) => {
  const { page } = await desk.visitor('Ana');
  await page.goto((await stack.sidelink('dashboard')).stdout.trim());
  const answered = page.waitForResponse((answer) => answer.url().includes('/phone-check') && answer.status() === 201);
  await page.getByRole('button', { name: 'Check on a phone' }).click();
  const { consultationUrl } = await (await answered).json();
  await page.getByAltText('QR code of the check: scan it with a phone’s camera').waitFor();
  assert.match(consultationUrl, /^https:\/\/[a-z-]+\.trycloudflare\.com\/phone#[0-9a-f]{40}$/, 'the token is not in the fragment, which a browser does not send');

  const visitor = await phone.visitor('Bia', { locale: 'pt-BR', userAgent: ANDROID });
  await visitor.opens(consultationUrl);
  const began = Date.now();
  await visitor.part('start').click();
  await visitor.sees('grade', 'data-grade', 'lan', { seconds: 90 });
  t.diagnostic(`five legs tried in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  await visitor.shot('phone-checked');
  await page.getByText(/^Reported by a phone, .*: video reaches phones on the same Wi-Fi\.$/).waitFor();
  const { media } = await stack.config(({ media }) => media.grade === 'lan', { seconds: 20 });
  assert.equal(media.grade, 'lan');
  const { phone: report } = await stack.statusNow();
  assert.deepEqual([report.grade, report.device], ['lan', 'phone']);
});
