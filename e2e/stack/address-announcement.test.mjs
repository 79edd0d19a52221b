// The tunnel gets another hostname during a call: LiveKit sends the new address to the
// participants, over the call itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { receivesAddress, keepAddresses } from '../support/addresses.mjs';
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

/** A participant whose page keeps the addresses that the sidecar sends. */
async function inACall(name, room, publicUrl) {
  const visitor = await phone.visitor(name);
  await visitor.page.addInitScript(keepAddresses);
  await visitor.opens(publicUrl);
  await visitor.joins(room);
  return visitor;
}
const received = ({ page }) => page.evaluate(() => window.receivedAddresses);
const receives = (visitor, publicUrl, seconds) => within(seconds, `${visitor.name} receives ${publicUrl}`, visitor.page.evaluate(receivesAddress, publicUrl));

test('every participant receives the new address, and a restart of the sidecar sends none', { timeout: 240_000 }, async (t) => {
  const { publicUrl: old } = await stack.config(({ phase }) => phase === 'ready');
  const visitors = [await inACall('Ana', 'sala-1', old), await inACall('Bia', 'sala-2', old)];

  await stack.restartContainer('sidecar');
  await stack.config((config) => config.phase === 'ready' && config.publicUrl === old);

  const began = Date.now();
  const restarted = stack.restart('cloudflared');
  const { publicUrl, revision } = await stack.config((config) => config.publicUrl && config.publicUrl !== old);
  const messages = await Promise.all(visitors.map((visitor) => receives(visitor, publicUrl, 20)));
  await restarted;
  for (const [at, { message, time }] of messages.entries()) {
    assert.deepEqual(message, { type: 'address', publicUrl, livekitUrl: publicUrl.replace('https:', 'wss:') });
    t.diagnostic(`${visitors[at].name}: received ${Math.round(time - revision)} ms after the new URL was published, ${time - began} ms after the restart of the tunnel`);
  }
  for (const visitor of visitors) {
    const urls = new Set((await received(visitor)).map(({ message }) => message.publicUrl));
    assert.deepEqual([...urls], [publicUrl], 'the address that was known already was sent');
  }
});
