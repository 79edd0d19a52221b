// A call continues while its tunnel gets another hostname: between a page on this machine and one
// in the internet. E2E_OUTAGE_SECONDS=90 is what scripts/slow does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sentences } from '../support/app-words.mjs';
import { enterCall, openAsClient, Professional, tokenOf } from '../support/consulting.mjs';
import { countsFreezes, longestFreeze } from '../support/freezes.mjs';
import { links } from '../support/links.mjs';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { within } from '../support/process.mjs';
import { stack, time } from '../support/stack.mjs';

/** livekit-client alone stops trying after some 40 s: scripts/slow waits twice that. */
const OUTAGE_S = Number(process.env.E2E_OUTAGE_SECONDS || 12);

const OTHERS = '[data-testid="tile-video"][data-local="false"]';

let desk, phone;

before(async () => {
  await stack.isReady();
  [desk, phone] = await Promise.all([localBrowser(), phoneBrowser()]);
}, { timeout: 180_000 });
after(async () => {
  await phone?.close();
  await desk?.close();
  await stack.start('cloudflared');
  await stack.isReady();
  await stack.close();
}, { timeout: 180_000 });

/** A consultation in which both participants see each other's video move. */
async function consultation(t) {
  const link = await links.made();
  const professional = await Professional.signsIn(await desk.visitor('Dra. Ana'));
  await professional.enters(link.token);
  await professional.visitor.sees('lobby');
  await enterCall(professional.visitor);
  const client = await phone.visitor('Bia', { locale: 'pt-BR' });
  const opened = performance.now();
  await openAsClient(client, link.consultationUrl);
  const lobby = performance.now();
  await enterCall(client);
  await client.seesMovingVideo(1, { frames: 1 });
  t.diagnostic(`link opened -> lobby ${(lobby - opened).toFixed(0)} ms, -> first remote frame ${(performance.now() - opened).toFixed(0)} ms`);
  await professional.visitor.seesMovingVideo(1);
  return { link, professional: professional.visitor, client };
}

/** Measures the longest freeze of the other's video from now on. */
async function watchesPicture(visitor) {
  await countsFreezes(visitor);
  await visitor.page.evaluate(() => (window.connectionsBefore = window.peerConnections.length));
}

/** The number of media connections that the page has made since `watchesPicture`. */
const reconnections = (visitor) => visitor.page.evaluate(() => window.peerConnections.length - window.connectionsBefore);

/**
 * Resolves once the page's own WebSocket signals under another hostname than the old one; `at` is
 * Unix milliseconds.
 */
function migratesFrom(old, visitor) {
  return new Promise((resolve) => visitor.page.on('websocket', (socket) => {
    const { host, pathname } = new URL(socket.url());
    if (host !== old && pathname.startsWith('/rtc')) socket.once('framereceived', () => resolve({ host, at: Date.now() }));
  }));
}

test('the tunnel is restarted during a call: the media connections stay, and signalling migrates', { timeout: 180_000 }, async (t) => {
  const { link, professional, client } = await consultation(t);
  const old = new URL(link.consultationUrl).host;
  await Promise.all([professional, client].map(watchesPicture));
  const signalled = migratesFrom(old, client);
  await stack.restart('cloudflared');
  const { publicUrl, verifiedAt } = await stack.config((config) => config.publicUrl && new URL(config.publicUrl).host !== old);
  const { host, at } = await within(60, 'signalling under the new hostname', signalled);
  assert.equal(host, new URL(publicUrl).host);
  await client.sees('call', 'data-state', 'connected');
  const freezes = await Promise.all([professional, client].map(longestFreeze));
  t.diagnostic(`new hostname verified -> signalling under it ${at - time(verifiedAt)} ms; longest freeze ${freezes.map((ms) => ms.toFixed(0)).join(' and ')} ms`);
  for (const visitor of [professional, client]) assert.equal(await reconnections(visitor), 0, `${visitor.name}'s media was reconnected`);
  await client.sees('moved');
  assert.match(await client.part('moved').innerText(), new RegExp(host.replaceAll('.', '\\.')));
  // The call works again: each page shows what the other participant does.
  await professional.part('toggle-camera').click();
  await client.page.locator(OTHERS).waitFor({ state: 'detached' });
  await client.shot('call-moved');
  for (const visitor of [professional, client]) await visitor.page.close();
  await links.revoke(link.token);
});

test(`a tunnel that is down for ${OUTAGE_S} s: the page reports it, the media connections stay, and the call recovers automatically`, { timeout: 180_000 + OUTAGE_S * 1000 }, async (t) => {
  const { link, professional, client } = await consultation(t);
  const signalled = migratesFrom(new URL(link.consultationUrl).host, client);
  await Promise.all([professional, client].map(watchesPicture));
  await stack.stop('cloudflared');
  await client.sees('unstable');
  const shown = await client.part('unstable').innerText();
  const known = await sentences('call', 'unstable', 'reconnecting');
  assert.ok(known.some((sentence) => shown.includes(sentence)), `not a sentence of the app: ${shown}`);
  await client.shot('call-cut-off');
  await new Promise((resolve) => setTimeout(resolve, OUTAGE_S * 1000)); // the outage itself
  await client.sees('call', 'data-state', 'signalReconnecting');
  await stack.start('cloudflared');
  const { verifiedAt } = await stack.config((config) => config.phase === 'ready' && config.publicUrl);
  const { at } = await within(60, 'signalling under the new hostname', signalled);
  await client.sees('call', 'data-state', 'connected');
  const freezes = await Promise.all([professional, client].map(longestFreeze));
  t.diagnostic(`shown: ${shown}; new hostname verified -> signalling under it ${at - time(verifiedAt)} ms; longest freeze ${freezes.map((ms) => ms.toFixed(0)).join(' and ')} ms`);
  for (const visitor of [professional, client]) assert.equal(await reconnections(visitor), 0, `${visitor.name}'s media was reconnected`);
  for (const visitor of [professional, client]) await visitor.page.close();
  await links.revoke(link.token);
});

test('LiveKit is killed: both participants are back in the call automatically, or with one tap', { timeout: 120_000 }, async (t) => {
  const { link, professional, client } = await consultation(t);
  const both = [professional, client];
  await stack.kill('livekit');
  const began = Date.now();
  // The old picture stands still until the call is connected again.
  const loses = ({ page, part }) => page.locator('[data-testid="call"]:not([data-state="connected"])').or(part('again')).first().waitFor({ timeout: 60_000 });
  await Promise.all(both.map(loses));
  for (const visitor of both) {
    await visitor.page.locator('[data-testid="call"][data-state="connected"]').or(visitor.part('again')).first().waitFor({ timeout: 60_000 });
    if (await visitor.part('again').isVisible()) await visitor.part('again').click();
    await visitor.sees('call', 'data-state', 'connected');
  }
  // Neither sees the other before both are back.
  for (const visitor of both) await visitor.seesMovingVideo(1);
  t.diagnostic(`LiveKit killed -> both see each other again ${Date.now() - began} ms`);
  assert.equal(tokenOf(client.page.url()), link.token);
  for (const visitor of both) await visitor.page.close();
  await links.revoke(link.token);
});
