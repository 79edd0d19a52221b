// The dashboard's connections: when the sidecar is asked, and what the page shows of the answers.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { calls, client, livekitSilent, stats, wave } from './calls.mjs';
import { scenes } from './scenes.mjs';
import { PHONE, Screens, overflows } from './screen.mjs';
import { Sidecar } from './sidecar.mjs';

let screens, sidecar, page;

before(async () => (screens = await Screens.open()));
after(() => screens?.close());
beforeEach(async () => {
  sidecar = await Sidecar.listening();
  sidecar.shows(scenes.ready());
});
afterEach(async () => {
  await page?.context().close();
  await sidecar.stops();
});

const card = () => page.locator('#connections');
const row = (name) => card().locator('.participant').filter({ has: page.getByRole('heading', { name, exact: true }) });
const sees = (text, { within = card() } = {}) => within.getByText(text).first().waitFor();
const toggles = () => page.locator('#connections-toggle').click();
const answers = (body) => (sidecar.connections = { status: 200, body });

/** With `clock`, the page's time stands still between the steps of a test. */
async function shows(options = {}) {
  page = await screens.shows(sidecar, options);
  if (options.clock) await page.clock.pauseAt(Date.now() + 1_000);
}

async function opens(body, options) {
  answers(body);
  await shows(options);
  await toggles();
  await page.locator('#connections-total', { hasText: /\d/ }).waitFor();
}

/** Waits until `step` has caused so many requests, and their answers are shown. */
async function asks(requests, step) {
  const before = sidecar.connectionRequests;
  await step();
  const asked = () => sidecar.connectionRequests - before;
  for (let tries = 0; asked() < requests && tries < 150; tries += 1) await page.waitForTimeout(20);
  await page.waitForTimeout(requests > 0 ? 50 : 300);
  assert.equal(asked(), requests);
}
const passes = (seconds, { requests = 1 } = {}) => asks(requests, () => page.clock.fastForward(seconds * 1000));

/** The page believes that it is in the background, or in front again. */
const hides = (hidden) => page.evaluate((value) => {
  Object.defineProperty(document, 'hidden', { value, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}, hidden);

test('the sidecar is asked every two seconds, only while the part is open and the page is visible', async () => {
  await shows({ clock: true });
  await passes(10, { requests: 0 });
  await asks(1, toggles);
  await sees('No participant is in a call.');
  await passes(2);
  await passes(2);
  await hides(true);
  await passes(30, { requests: 0 });
  await asks(1, () => hides(false));
  await asks(0, toggles);
  await passes(30, { requests: 0 });
  assert.equal(await page.locator('#connections-view').isVisible(), false);
});

test('totals, and for each participant the state, the time, the verdict and the measurements', async () => {
  await opens(calls.mixed());
  await sees('6 of 50 connections, 3 shared videos, 1 processed video');
  await sees('3 participants, 4 tracks');
  await sees('c-2', { within: row('Rui') });
  await sees(/^joined 1 min \d+ s ago$/, { within: row('Rui') });
  await sees('Relayed by TURN', { within: row('Rui') });
  const values = await row('Rui').locator('.measured > div').allTextContents();
  assert.deepEqual(values, ['Path TURN relay, TCP', 'Round trip 118 ms', 'Loss 2.4 %', 'Up 1.2 Mbit/s', 'Down 853 kbit/s', 'Tracks 2']);
  await sees('Last 5 minutes: round trip 118 ms, loss in 1 sample', { within: row('Rui') });
  await sees('ICE checking', { within: row('Ana Beatriz de Albuquerque Cavalcanti') });
  assert.equal(await row('Zé').getAttribute('data-state'), 'limited');
  await sees(/^The latest measurements are 1 min 1\d s old\.$/, { within: row('Zé') });
  assert.equal(await row('c-6').getAttribute('data-state'), 'broken');
  answers({ ...calls.none(), max_connections: null });
  await sees('0 connections, 0 shared videos');
  await sees('No participant is in a call.');
  assert.equal(await card().locator('.room').count(), 0);
  assert.deepEqual(page.faults, []);
});

test('the language changes every text and the numbers', async () => {
  await opens(calls.mixed(), { locale: 'pt-BR' });
  await sees('6 de 50 conexões, 3 vídeos compartilhados, 1 vídeo processado');
  await sees('Retransmitido por TURN', { within: row('Rui') });
  await sees('2,4 %', { within: row('Rui') });
  await page.getByRole('button', { name: 'English' }).click();
  await sees('Relayed by TURN', { within: row('Rui') });
  await sees('2.4 %', { within: row('Rui') });
  await page.getByRole('button', { name: 'Hide connections' }).waitFor();
});

test('the graph grows with each report, and ends with the participant', async () => {
  await opens(calls.two(), { clock: true });
  const points = async (name) => ((await row(name).locator('.graph-line').getAttribute('d')).match(/[ML]/g) ?? []).length;
  for (let step = 1; step <= 4; step += 1) {
    const now = await page.evaluate(() => Date.now());
    answers(calls.two({ ...wave(step), reported_at: new Date(now + 2_000).toISOString() }));
    await passes(2);
  }
  assert.equal(await points('Bia'), 5);
  answers(stats([client('c-2', 'Rui', 'lan')]));
  await passes(2);
  assert.equal(await row('Bia').count(), 0);
  answers(calls.two({ reported_at: new Date(await page.evaluate(() => Date.now())).toISOString() }));
  await passes(2);
  assert.equal(await points('Bia'), 1, 'nothing of the earlier visit is kept');
});

test('an error is shown in the language of the page, with the last known state, and the interval grows to ten seconds', async () => {
  await opens(calls.two(), { clock: true, locale: 'pt-BR' });
  sidecar.connections = livekitSilent();
  await passes(2);
  await sees(/^O LiveKit não lista as salas\. Try .* Abaixo, a última informação disponível\.$/);
  await card().locator('[data-outdated]').getByText('Bia').waitFor();
  await passes(3, { requests: 0 });
  await passes(1);
  await passes(8);
  await passes(9, { requests: 0 });
  await passes(1);
  await page.getByRole('button', { name: 'English' }).click();
  await sees('LiveKit does not list its rooms.');
  answers(calls.two());
  await passes(10);
  await page.locator('#connections-error').waitFor({ state: 'hidden' });
  await passes(2);
});

test('a first answer that is an error shows no state', async () => {
  sidecar.connections = livekitSilent();
  await shows();
  await toggles();
  await sees(/^LiveKit does not list its rooms\. Try .* sidelink doctor\.$/);
  assert.equal(await card().getByText(/last known|Asking|No participant/).locator('visible=true').count(), 0);
});

test('the address opens the part, and the button changes the address', async () => {
  answers(calls.two());
  await shows();
  await toggles();
  assert.equal(new URL(page.url()).hash, '#connections');
  await page.reload();
  await row('Bia').waitFor();
  assert.ok(await card().evaluate((node) => node.getBoundingClientRect().top < innerHeight), 'it is in view');
  await toggles();
  assert.equal(new URL(page.url()).hash, '');
});

test('an ended session is noticed', async () => {
  await opens(calls.two());
  sidecar.signedIn = false;
  await page.locator('[data-standing="signedOut"]').waitFor();
  assert.equal(await page.getByText('Bia').count(), 0);
});

test('names that a visitor chose are text, short, and in their place', async () => {
  await opens(calls.hostile(), { viewport: PHONE });
  await sees('<script>document.title=1</script>');
  assert.equal(await card().locator('.participant').count(), 4);
  assert.equal(await card().locator('img, script, b').count(), 0);
  assert.doesNotMatch(await card().textContent(), /[\u202a-\u202e\u2066-\u2069]/);
  assert.deepEqual(await overflows(page), []);
  const heights = await card().locator('.participant').evaluateAll((rows) => rows.map((node) => node.getBoundingClientRect().height));
  assert.ok(heights.every((height) => height < 500), `${heights}`);
  assert.match(await page.title(), /^The link works/);
  assert.deepEqual(page.faults, []);
});

test('at most 500 participants are shown', async () => {
  await opens(calls.many(512));
  await sees('12 more participants are not shown.');
  assert.equal(await card().locator('.participant').count(), 500);
});
