// An open page on a phone loses its connection: it shows why, in the reader's language.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { internet } from '../support/internet.mjs';
import { phoneBrowser } from '../support/browser.mjs';
import { stack } from '../support/stack.mjs';

let phone, link, host;

before(async () => {
  link = (await stack.isReady()).publicUrl;
  host = new URL(link).hostname;
  phone = await phoneBrowser();
}, { timeout: 180_000 });
after(async () => {
  await phone?.close();
  await internet.reset();
  await stack.restart('cloudflared');
  await stack.isReady();
  await stack.close();
}, { timeout: 180_000 });

const sentence = (visitor) => visitor.part('cut-off').innerText();

test('the page names a captive portal, and reconnects automatically', { timeout: 120_000 }, async (t) => {
  const visitor = await phone.visitor('Ana');
  await visitor.opens(link);
  await visitor.follows('websocket');
  await internet.switches({ captivePortal: { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<title>Hotel Wi-Fi</title>' } });
  const began = Date.now();
  await internet.drops(host);
  await visitor.sees('cut-off', 'data-reason', 'foreign');
  t.diagnostic(`cut off -> shown ${Date.now() - began} ms`);
  assert.match(await sentence(visitor), /shows its own page/);
  await visitor.shot('cut-off-foreign');
  await internet.switches({ captivePortal: null });
  await visitor.follows('websocket', { seconds: 90 });
  assert.equal(await visitor.part('cut-off').count(), 0);
});

test('the page reports a public URL that has ended, in both languages, and no longer offers it', { timeout: 120_000 }, async (t) => {
  const [ana, bia] = [await phone.visitor('Ana'), await phone.visitor('Bia', { locale: 'pt-BR' })];
  for (const visitor of [ana, bia]) {
    await visitor.opens(link);
    await visitor.follows('websocket');
  }
  const began = Date.now();
  await internet.forgets(host);
  await Promise.all([ana, bia].map((visitor) => visitor.sees('cut-off', 'data-reason', 'gone')));
  t.diagnostic(`gone -> shown ${Date.now() - began} ms`);
  assert.match(await sentence(ana), /This address no longer answers\. Ask for the new link\./);
  assert.match(await sentence(bia), /Este endereço não responde mais\. Peça o novo link\./);
  assert.equal(await ana.part('public-url').count(), 0);
  await bia.shot('cut-off-gone');
});
