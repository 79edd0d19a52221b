// The tunnel gets another name while people are in a call: LiveKit tells them the new one, over the call itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hearsOf, keepAddresses } from '../support/addresses.mjs';
import { phoneBrowser } from '../support/browser.mjs';
import { within } from '../support/process.mjs';
import { stack } from '../support/stack.mjs';

let phone;

before(async () => {
  await stack.isReady();
  phone = await phoneBrowser();
}, { timeout: 180_000 });
after(async () => {
  await phone?.close();
  await stack.close();
});

/** Somebody in a call, whose page keeps what the sidecar says there. */
async function inACall(name, room, publicUrl) {
  const visitor = await phone.visitor(name);
  await visitor.page.addInitScript(keepAddresses);
  await visitor.opens(publicUrl);
  await visitor.joins(room);
  return visitor;
}
const heard = ({ page }) => page.evaluate(() => window.heardAddresses);
const hears = (visitor, publicUrl, seconds) => within(seconds, `${visitor.name} hears ${publicUrl}`, visitor.page.evaluate(hearsOf, publicUrl));

test('everybody in a call hears the new address at once, and a restart of the sidecar is no news', { timeout: 240_000 }, async (t) => {
  const { publicUrl: old } = await stack.config(({ phase }) => phase === 'ready');
  const visitors = [await inACall('Ana', 'sala-1', old), await inACall('Bia', 'sala-2', old)];

  await stack.restartContainer('sidecar');
  await stack.config((config) => config.phase === 'ready' && config.publicUrl === old);

  const began = Date.now();
  const restarted = stack.restart('cloudflared');
  const { publicUrl, revision } = await stack.config((config) => config.publicUrl && config.publicUrl !== old);
  const messages = await Promise.all(visitors.map((visitor) => hears(visitor, publicUrl, 20)));
  await restarted;
  for (const [at, { message, time }] of messages.entries()) {
    assert.deepEqual(message, { type: 'address', publicUrl, livekitUrl: publicUrl.replace('https:', 'wss:') });
    t.diagnostic(`${visitors[at].name}: told ${Math.round(time - revision)} ms after the new link was published, ${time - began} ms after the restart of the tunnel`);
  }
  for (const visitor of visitors) {
    const urls = new Set((await heard(visitor)).map(({ message }) => message.publicUrl));
    assert.deepEqual([...urls], [publicUrl], 'the address that was known already is never told');
  }
});
