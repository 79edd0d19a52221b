// Fresh starts, each with its own delay before the name is in DNS: the public URL opens on a phone
// at the first try. E2E_STARTS=100 is what scripts/slow does; the phone and the verification share
// a resolver's cache.
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
  await internet.reset();
  await stack.isReady();
  await stack.close();
}, { timeout: 180_000 });

test(`${STARTS} fresh starts, the record published 0 to 15 s late`, { timeout: 60_000 + STARTS * 90_000 }, async (t) => {
  const delays = [];
  for (let start = 1; start <= STARTS; start += 1) {
    const publicationDelayMs = Math.floor(Math.random() * LONGEST_DELAY_MS);
    await t.test(`start ${start}: published ${publicationDelayMs} ms after the registration`, async () => delays.push(await freshStart(publicationDelayMs)));
  }
  assert.equal(delays.length, STARTS);
  delays.sort((a, b) => a - b);
  t.diagnostic(`reported after the first moment at which it can work: median ${delays[STARTS >> 1]} ms, most ${delays.at(-1)} ms, over 500 ms: ${delays.filter((ms) => ms > 500).length} of ${STARTS}`);
});

/**
 * Milliseconds from the first moment at which the URL can work everywhere to the moment at which it
 * is reported.
 */
async function freshStart(publicationDelayMs) {
  await stack.removedKeepingInternet();
  await internet.reset();
  await internet.switches({ publicationDelayMs, systemResolver: 'cloudflare-dns.com' });
  const up = stack.up();
  const { publicUrl, revision, phase } = await stack.config((config) => config.publicUrl);
  assert.equal(phase, 'ready');
  const visitor = await phone.visitor('Ana');
  const answer = await visitor.page.goto(publicUrl, { timeout: 20_000 });
  assert.equal(answer.status(), 200, `the first try got ${answer.status()}`);
  await visitor.seesPhase('ready');
  await visitor.page.context().close();
  await up;
  await assertNoEarlyLookup(publicUrl);
  return revision - (await firstMoment(publicUrl));
}

async function assertNoEarlyLookup(publicUrl) {
  const { hostname } = new URL(publicUrl);
  const ours = ({ name }) => name === hostname;
  const asked = (await internet.log('dns')).filter(ours);
  const answered = (await internet.log('visit')).filter(ours).find(({ answer }) => answer === '200');
  assert.ok(asked.length && answered, 'nothing in the log');
  for (const { time, via } of asked) assert.ok(time > answered.time, `${via} was asked at ${time}, the edge answered at ${answered.time}`);
  const wrong = asked.filter(({ via, answer }) => via !== 'authority' && answer.startsWith('NXDOMAIN'));
  assert.deepEqual(wrong, [], 'a resolver has cached NXDOMAIN');
}

/** The edge reaches the tunnel, and the name is in DNS. */
async function firstMoment(publicUrl) {
  const { hostname } = new URL(publicUrl);
  const tunnel = (await internet.tunnels()).find((each) => each.hostname === hostname);
  return Math.max(Date.parse(tunnel.published), Date.parse(tunnel.registered));
}
