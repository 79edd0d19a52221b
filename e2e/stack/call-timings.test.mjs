// How long a call takes to begin, to move to a better path, and to come back; and how late pictures
// and sound are over the tunnel and over WebRTC. Prints a table. E2E_TIMINGS is the number of calls
// of each kind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { delays, share, watched, watches } from '../support/clock-camera.mjs';
import { enterCall } from '../support/consulting.mjs';
import { links } from '../support/links.mjs';
import { call, lobby, sleep, times } from '../support/measured-calls.mjs';
import { stack } from '../support/stack.mjs';
import { hasMedia, onlyTunnel } from '../support/tunnel-call.mjs';

const CALLS = Number(process.env.E2E_TIMINGS || 20);
const TIMEOUT_MS = 120_000 + CALLS * 40_000;
/** Seconds of a call that are recorded, after it has settled. */
const SETTLES = 4;
const RECORDED = 8;
/** Silence of a move that is allowed. */
const MAX_SILENCE_MS = 1_000;

const rows = [];
const found = {}; // the figures of both paths, to compare
let desk, phone;

before(async () => {
  [desk, phone] = await Promise.all([localBrowser(), phoneBrowser()]);
}, { timeout: 240_000 });
after(async () => {
  compare();
  console.log(['| what | median | p95 | goal |', '|---|---|---|---|', ...rows].join('\n'));
  await links.revokeAll();
  await phone?.close();
  await desk?.close();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

const ms = (figure) => `${Math.round(figure)} ms`;

function row(what, figures, goal) {
  rows.push(`| ${what} (${figures.length}) | ${ms(share(figures, 0.5))} | ${ms(share(figures, 0.95))} | ${goal} |`);
}

/** The sound goes on with each odd second. */
const soundDelays = ({ edges }) => edges.map((at) => (at % 2_000) - 1_000).filter((late) => late > 0 && late < 900);

async function repeated(make) {
  const each = [];
  for (let number = 1; number <= CALLS; number += 1) each.push(await make(number));
  return each;
}

/** How late each side saw and heard the other. */
async function recorded({ professional, client }) {
  await Promise.all([professional, client].map(watches));
  await sleep(SETTLES);
  const from = Date.now();
  await sleep(RECORDED);
  const [up, down] = [await watched(professional), await watched(client)];
  const late = (seen) => delays(seen, from, Infinity);
  return { up: late(up), down: late(down), soundUp: soundDelays(up), soundDown: soundDelays(down) };
}

function delayRows(path, each) {
  const all = (what) => each.flatMap((one) => one[what]);
  found[path] = Object.fromEntries(['up', 'down', 'soundUp', 'soundDown'].map((what) => [what, all(what)]));
  row(`${path}: picture, phone → other`, all('up'), '');
  row(`${path}: picture, other → phone`, all('down'), '');
  row(`${path}: sound, phone → other`, all('soundUp'), '');
  row(`${path}: sound, other → phone`, all('soundDown'), '');
}

/** The tunnel beside WebRTC. */
function compare() {
  if (!found.tunnel || !found.lan) return;
  const more = (what) => share(found.tunnel[what], 0.5) - share(found.lan[what], 0.5);
  for (const [what, name, goal] of [['up', 'picture, phone → other', 60], ['down', 'picture, other → phone', 60], ['soundUp', 'sound, phone → other', 120]]) {
    rows.push(`| ${name}: tunnel less lan | ${ms(more(what))} | | ${goal} ms |`);
  }
}

test('over the tunnel', { timeout: TIMEOUT_MS }, async () => {
  await onlyTunnel();
  const each = await repeated(async () => {
    const met = await call({ desk, phone, beeps: true });
    const seen = await recorded(met);
    assert.equal(await met.client.rung(), 'tunnel');
    const began = await times(met.client);
    await met.end();
    return { ...seen, ...began };
  });
  row('tunnel: link opened → lobby', each.map(({ lobby: at }) => at), '700 ms');
  row('tunnel: "Enter" → connected', each.map(({ entered, states }) => states.find(({ value }) => value === 'connected').at - entered), '');
  row('tunnel: "Enter" → first remote frame', each.map(({ entered, firstFrame }) => firstFrame - entered), '500 ms');
  delayRows('tunnel', each);
});

test('on the same Wi-Fi, where the call moves up', { timeout: TIMEOUT_MS }, async () => {
  await stack.restoreDefault();
  await stack.status(hasMedia);
  const each = await repeated(async () => {
    const met = await lobby({ desk, phone });
    await watches(met.professional);
    await met.client.page.evaluate(forgetsKnownPath);
    await enterCall(met.client);
    await met.client.sees('call', 'data-rung', 'lan', { seconds: 20 });
    await sleep(3);
    const [began, { others }, heard] = [await times(met.client), await times(met.professional), await watched(met.professional)];
    await met.end();
    return { ...began, others: others.map(({ value }) => value), silence: longestSilence(heard, began) };
  });
  row('lan: link opened → lobby', each.map(({ lobby: at }) => at), '700 ms');
  row('lan: "Enter" → first remote frame', each.map(({ entered, firstFrame }) => firstFrame - entered), '500 ms');
  row('lan: "Enter" → moved', each.map(({ entered, rungs }) => rungs.find(({ value }) => value === 'lan').at - entered), '4000 ms');
  row('lan: silence of the move, as another page hears it', each.map(({ silence }) => silence), '300 ms; at most 1000 ms');
  for (const { others, silence } of each) {
    assert.ok(Math.max(...others) === 1, `another page lists ${others} people`);
    assert.ok(silence <= MAX_SILENCE_MS, `${silence} ms of silence`);
  }
});

/** In the page: the call begins over the tunnel, as one from a network that the stack does not know. */
function forgetsKnownPath() {
  const { fetch } = window;
  window.fetch = async (...request) => {
    const response = await fetch(...request);
    return new URL(response.url).pathname.endsWith('/join') ? Response.json({ ...(await response.json()), knownPath: null }) : response;
  };
}

/** After the sound has begun: the silences before belong to the start. */
const longestSilence = ({ gaps }) => Math.max(0, ...gaps.slice(1).map(({ ms: lasted }) => lasted));

test('on the same Wi-Fi, whose path the stack knows', { timeout: TIMEOUT_MS }, async () => {
  const each = await repeated(async () => {
    const met = await call({ desk, phone, beeps: true });
    await met.client.sees('call', 'data-rung', 'lan', { seconds: 20 });
    const seen = await recorded(met);
    const began = await times(met.client);
    await met.end();
    return { ...seen, ...began };
  });
  row('lan, known: "Enter" → first remote frame', each.map(({ entered, firstFrame }) => firstFrame - entered), '500 ms');
  delayRows('lan', each);
});

test('on the same Wi-Fi with the tunnel off', { timeout: TIMEOUT_MS }, async () => {
  await stack.switchTo({ settings: { SIDELINK_MEDIA_TUNNEL: 'off' } });
  await stack.status(({ phase }) => phase === 'ready');
  const each = await repeated(async () => {
    const met = await call({ desk, phone, beeps: true });
    const began = await times(met.client);
    assert.equal(await met.client.rung(), 'lan');
    await met.end();
    return began;
  });
  row('lan alone: "Enter" → first remote frame', each.map(({ entered, firstFrame }) => firstFrame - entered), '500 ms');
});
