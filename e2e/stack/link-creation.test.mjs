// One click creates a link that opens, or shows a known error: on a ready stack, with a stopped
// tunnel, and during faults. E2E_CLICKS=200 E2E_WAKES=20 is what scripts/slow does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Professional, openAsClient } from '../support/consulting.mjs';
import { errorsOfLinks } from '../support/diagnoses.mjs';
import { Misfortune } from '../support/misfortune.mjs';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { links, nameOf } from '../support/links.mjs';
import { stack } from '../support/stack.mjs';

const CLICKS = Number(process.env.E2E_CLICKS || 12);
const WAKES = Number(process.env.E2E_WAKES || 2);
const SEED = Number(process.env.E2E_SEED || Date.now() % 1_000_000);
/** The contract: the verification of an issued link is not older than this. */
const MAX_VERIFICATION_AGE_MS = 5_000;
/**
 * The status has the engine's event within 100 ms; the response still has to pass app and browser.
 */
const NOTICE_MS = 1_000;

let desk, phone, professional, client;

before(async () => {
  await stack.isReady();
  desk = await localBrowser();
  phone = await phoneBrowser();
  professional = await Professional.signsIn(await desk.visitor('Dra. Ana'));
  client = await phone.visitor('Bia', { locale: 'pt-BR' });
}, { timeout: 180_000 });
after(async () => {
  await links.revokeAll();
  await phone?.close();
  await desk?.close();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 180_000 });

test(`${CLICKS} clicks in a row while the tunnel is restarted and LiveKit is killed`, { timeout: 120_000 + CLICKS * 20_000 }, async (t) => {
  const misfortune = new Misfortune({ seed: SEED, atLeast: Math.ceil(CLICKS / 12) });
  const results = { links: [], errors: [], opened: 0, excused: 0, failed: [] };
  try {
    for (let click = 1; click <= CLICKS; click += 1) {
      const outcome = await professional.generates(`client ${click}`);
      if (outcome.link) await judge(outcome, click, misfortune, results);
      else {
        results.errors.push(outcome);
        // A user who reads that the restarts are exhausted starts LiveKit again.
        await stack.start('livekit');
      }
      misfortune.mayStrike();
    }
  } finally {
    await misfortune.ends();
  }
  const took = results.links.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  t.diagnostic(`seed ${SEED}: ${results.links.length} links, ${results.errors.length} errors, ${misfortune.count} faults, ${results.excused} links followed by a fault`);
  t.diagnostic(`click -> link: median ${took[took.length >> 1]} ms, longest ${took.at(-1)} ms; ${took.filter((ms) => ms > 1000).length} of them waited for something`);
  assert.deepEqual(results.failed, []);
  assert.equal(results.links.length + results.errors.length, CLICKS);
  const known = await errorsOfLinks();
  for (const { problem, error } of results.errors) {
    assert.ok(known.includes(problem?.code), `${problem?.code} is not a known error of a link: ${error}`);
    assert.ok(error.includes(problem.message), `the page shows "${error}" instead of "${problem.message}"`);
  }
  assert.ok(results.opened >= CLICKS / 2, `only ${results.opened} of ${CLICKS} clicks gave a link that opened`);
  assert.ok(misfortune.count >= 1, 'no fault happened');
});

async function judge(outcome, click, misfortune, results) {
  const { link, verifiedAt, arrivedAt } = outcome;
  const where = `click ${click}, link ${nameOf(link)}`;
  if (arrivedAt - verifiedAt > MAX_VERIFICATION_AGE_MS + NOTICE_MS) results.failed.push(`${where}: on a verification ${arrivedAt - verifiedAt} ms old`);
  const before = misfortune.strikes().find((at) => at > verifiedAt && at < arrivedAt - NOTICE_MS);
  if (before) results.failed.push(`${where}: issued ${arrivedAt - before} ms after the first sign of a fault`);
  results.links.push(outcome);
  const problem = await openAsClient(client, link).then(() => null, (error) => error);
  const broken = misfortune.strikes().some((at) => at > verifiedAt && at < Date.now());
  if (!problem) results.opened += 1;
  else if (broken) results.excused += 1;
  else results.failed.push(`${where}: does not open: ${problem.message.split('\n')[0]}`);
}

test(`${WAKES} clicks while the tunnel is stopped wake it`, { timeout: 120_000 + WAKES * 60_000 }, async (t) => {
  await stack.switchTo({ settings: { SIDELINK_TUNNEL_MODE: 'on-demand' } });
  await stack.isReady();
  await professional.comesBack();
  for (let wake = 1; wake <= WAKES; wake += 1) {
    await stack.stop('cloudflared');
    const { link, error, tookMs, progress } = await professional.generates(`waker ${wake}`);
    assert.ok(link, `no link, but: ${error}`);
    assert.ok(progress.length > 0, 'the page showed no progress');
    await openAsClient(client, link);
    t.diagnostic(`a stopped tunnel -> link ${tookMs} ms; shown meanwhile: ${progress.join(' · ')}`);
  }
});
