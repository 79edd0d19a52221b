// Rules that need a real browser in a real call: a participant's message does not migrate a call,
// and a link's token is in no Referer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { keepAddresses } from '../support/addresses.mjs';
import { enterCall, openAsClient } from '../support/consulting.mjs';
import { links } from '../support/links.mjs';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { within } from '../support/process.mjs';
import { local, stack } from '../support/stack.mjs';

const LIVEKIT_CLIENT = fileURLToPath(new URL('../../app/node_modules/livekit-client/dist/livekit-client.umd.js', import.meta.url));
const ELSEWHERE = 'elsewhere.trycloudflare.com';

let phone, desk, link;

before(async () => {
  await stack.isReady();
  [phone, desk] = await Promise.all([phoneBrowser(), localBrowser()]);
  link = await links.made();
}, { timeout: 240_000 });
after(async () => {
  await links.revoke(link.token);
  await phone?.close();
  await desk?.close();
  await stack.close();
}, { timeout: 60_000 });

test('an address message of a participant migrates no page', { timeout: 120_000 }, async () => {
  const client = await phone.visitor('Bia');
  const asked = [];
  client.page.on('request', (request) => asked.push(request.url()));
  client.page.on('websocket', (socket) => asked.push(socket.url()));
  await client.page.addInitScript(keepAddresses);
  await openAsClient(client, link.consultationUrl);
  await enterCall(client);
  const liar = await joinsAlone('Eva');

  // The liar sends right after joining, when the client may not know the participant yet, and right
  // before leaving. A closing connection loses what is in flight, so the liar joins again until the
  // client has received two messages.
  const message = { type: 'address', publicUrl: `https://${ELSEWHERE}`, livekitUrl: `wss://${ELSEWHERE}` };
  const received = within(60, 'two messages arrive', client.page.evaluate(arrived, 2)).then(() => true);
  do await liar.page.evaluate(lies, message);
  while (!(await Promise.race([received, sleep(500)])));
  assert.deepEqual(asked.filter((url) => url.includes(ELSEWHERE)), []);
  await client.sees('call', 'data-state', 'connected');
  assert.equal(await client.part('moved').isVisible(), false);
  await Promise.all([client, liar].map(({ page }) => page.close()));
});

test("no request of a link's page, and none of the page after it, has the link's token as its Referer", { timeout: 60_000 }, async () => {
  const client = await phone.visitor('Bia');
  const referers = [];
  client.page.on('request', (request) => referers.push(request.allHeaders().then(({ referer = '' }) => ({ url: request.url(), referer }), () => null)));
  await openAsClient(client, link.consultationUrl);
  const { origin } = new URL(link.consultationUrl);
  await Promise.all([client.page.waitForURL(`${origin}/`), client.page.evaluate((to) => void (location.href = to), `${origin}/`)]);
  const all = (await Promise.all(referers)).filter(Boolean);
  assert.ok(all.length > 5, `${all.length} requests`);
  assert.deepEqual(all.filter(({ referer }) => referer.includes(link.token)), []);
  await client.page.close();
});

/** A participant of the link's room with livekit-client alone, on a page of this machine. */
async function joinsAlone(name) {
  const { status, body, text } = await links.join(link.token, { name });
  assert.equal(status, 200, text);
  const visitor = await desk.visitor(name, { bypassCSP: true });
  await visitor.opens(`${local}/sidelink/healthz`);
  await visitor.page.addScriptTag({ path: LIVEKIT_CLIENT });
  await visitor.page.evaluate(([url, token]) => void (window.joins = { url, token }), [local.replace('http', 'ws'), body.token]);
  return visitor;
}

// Everything below runs in the page.

async function lies(message) {
  const room = new window.LivekitClient.Room();
  await room.connect(window.joins.url, window.joins.token);
  const bytes = new TextEncoder().encode(JSON.stringify(message));
  const send = () => room.localParticipant.publishData(bytes, { reliable: true, topic: 'sidelink' });
  await send();
  await send();
  await room.disconnect();
}

function arrived(count) {
  return new Promise((resolve) => {
    const look = () => window.receivedAddresses.length >= count && resolve();
    window.addEventListener('address-received', look);
    look();
  });
}
