// Fresh starts, each with its own delay before the name is in DNS: the link opens on a phone at the first try.
// E2E_STARTS=100 is what scripts/slow does; the phone shares its resolver's memory with the proof.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { internet } from '../support/internet.mjs';
import { phoneBrowser } from '../support/browser.mjs';
import { stack } from '../support/stack.mjs';

const STARTS = Number(process.env.E2E_STARTS || 2);
const LONGEST_DELAY_MS = 15_000;

let phone;

before(async () => {
  await stack.isReady();
  phone = await phoneBrowser();
}, { timeout: 180_000 });
after(async () => {
  await phone?.close();
  await internet.isItself();
  await stack.isReady();
  await stack.close();
}, { timeout: 180_000 });

test(`${STARTS} fresh starts, the record published 0 to 15 s late`, { timeout: 60_000 + STARTS * 90_000 }, async (t) => {
  const late = [];
  for (let start = 1; start <= STARTS; start += 1) {
    const publicationDelayMs = Math.floor(Math.random() * LONGEST_DELAY_MS);
    await t.test(`start ${start}: published ${publicationDelayMs} ms after the registration`, async () => late.push(await freshStart(publicationDelayMs)));
  }
  assert.equal(late.length, STARTS);
  late.sort((a, b) => a - b);
  t.diagnostic(`shown after the first moment at which it can work: median ${late[STARTS >> 1]} ms, most ${late.at(-1)} ms, over 500 ms: ${late.filter((ms) => ms > 500).length} of ${STARTS}`);
});

/** Milliseconds between the first moment at which the link can work everywhere and the one at which it is shown. */
async function freshStart(publicationDelayMs) {
  await stack.removedFromTheInternet();
  await internet.isItself();
  await internet.switches({ publicationDelayMs, systemResolver: 'cloudflare-dns.com' });
  const up = stack.up();
  const { publicUrl, revision, phase } = await stack.config((config) => config.publicUrl);
  assert.equal(phase, 'ready');
  const visitor = await phone.visitor('Ana');
  const answer = await visitor.page.goto(publicUrl, { timeout: 20_000 });
  assert.equal(answer.status(), 200, `the first try met ${answer.status()}`);
  await visitor.seesPhase('ready');
  await visitor.page.context().close();
  await up;
  await nobodyWasAskedTooEarly(publicUrl);
  return revision - (await firstMoment(publicUrl));
}

async function nobodyWasAskedTooEarly(publicUrl) {
  const { hostname } = new URL(publicUrl);
  const ours = ({ name }) => name === hostname;
  const asked = (await internet.log('dns')).filter(ours);
  const answered = (await internet.log('visit')).filter(ours).find(({ answer }) => answer === '200');
  assert.ok(asked.length && answered, 'nothing in the log');
  for (const { time, via } of asked) assert.ok(time > answered.time, `${via} was asked at ${time}, the edge answered at ${answered.time}`);
  const wrong = asked.filter(({ via, answer }) => via !== 'authority' && answer.startsWith('NXDOMAIN'));
  assert.deepEqual(wrong, [], 'a resolver remembers that there is no such name');
}

/** The edge reaches the tunnel, and the name is in DNS. */
async function firstMoment(publicUrl) {
  const { hostname } = new URL(publicUrl);
  const tunnel = (await internet.tunnels()).find((each) => each.hostname === hostname);
  return Math.max(Date.parse(tunnel.published), Date.parse(tunnel.registered));
}
