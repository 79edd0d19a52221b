// One click is a link that opens, or words: from a warm stack, from a tunnel that is stopped, and while things break.
// E2E_CLICKS=200 E2E_WAKES=20 is what scripts/slow does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Professional, opensAsClient } from '../support/consulting.mjs';
import { Misfortune } from '../support/misfortune.mjs';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { links, nameOf } from '../support/links.mjs';
import { stack } from '../support/stack.mjs';

const CLICKS = Number(process.env.E2E_CLICKS || 12);
const WAKES = Number(process.env.E2E_WAKES || 2);
const SEED = Number(process.env.E2E_SEED || Date.now() % 1_000_000);
/** The contract: a link is given out on a proof not older than this. */
const PROOF_MS = 5_000;
/** The engine's event is in the status within 100 ms; after that the answer is on its way through app and browser. */
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
  await links.areRevoked();
  await phone?.close();
  await desk?.close();
  await stack.becomesPlain();
  await stack.close();
}, { timeout: 180_000 });

test(`${CLICKS} clicks in a row while the tunnel is restarted and LiveKit is killed`, { timeout: 120_000 + CLICKS * 20_000 }, async (t) => {
  const misfortune = new Misfortune({ seed: SEED, atLeast: Math.ceil(CLICKS / 12) });
  const seen = { links: [], words: [], excused: 0, failed: [] };
  try {
    for (let click = 1; click <= CLICKS; click += 1) {
      const outcome = await professional.generates(`client ${click}`);
      if (outcome.link) await judge(outcome, click, misfortune, seen);
      else {
        seen.words.push(outcome.words);
        // Whoever reads that it was given up starts it again.
        await stack.start('livekit');
      }
      misfortune.mayStrike();
    }
  } finally {
    await misfortune.ends();
  }
  const took = seen.links.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  t.diagnostic(`seed ${SEED}: ${seen.links.length} links, ${seen.words.length} in words, ${misfortune.count} faults, ${seen.excused} links followed by a fault`);
  t.diagnostic(`click -> link: median ${took[took.length >> 1]} ms, longest ${took.at(-1)} ms; ${took.filter((ms) => ms > 1000).length} of them waited for something`);
  assert.deepEqual(seen.failed, []);
  assert.equal(seen.links.length + seen.words.length, CLICKS);
  for (const words of seen.words) assert.ok(words.length > 20, `these are no words: ${words}`);
  assert.ok(misfortune.count >= 1, 'nothing broke');
});

async function judge(outcome, click, misfortune, seen) {
  const { link, verifiedAt, arrivedAt } = outcome;
  const where = `click ${click}, link ${nameOf(link)}`;
  if (arrivedAt - verifiedAt > PROOF_MS + NOTICE_MS) seen.failed.push(`${where}: on a proof ${arrivedAt - verifiedAt} ms old`);
  const before = misfortune.strikes().find((at) => at > verifiedAt && at < arrivedAt - NOTICE_MS);
  if (before) seen.failed.push(`${where}: given out ${arrivedAt - before} ms after the first sign of trouble`);
  seen.links.push(outcome);
  const problem = await opensAsClient(client, link).then(() => null, (error) => error);
  const broken = misfortune.strikes().some((at) => at > verifiedAt && at < Date.now());
  if (problem && broken) seen.excused += 1;
  else if (problem) seen.failed.push(`${where}: does not open: ${problem.message.split('\n')[0]}`);
}

test(`${WAKES} clicks while the tunnel is stopped wake it`, { timeout: 120_000 + WAKES * 60_000 }, async (t) => {
  await stack.becomes({ settings: { SIDELINK_TUNNEL_MODE: 'on-demand' } });
  await stack.isReady();
  await professional.comesBack();
  for (let wake = 1; wake <= WAKES; wake += 1) {
    await stack.stop('cloudflared');
    const { link, words, tookMs, prepared } = await professional.generates(`sleeper ${wake}`);
    assert.ok(link, `no link, but: ${words}`);
    assert.ok(prepared.length > 0, 'nothing was said while it was prepared');
    await opensAsClient(client, link);
    t.diagnostic(`a tunnel that is stopped -> link ${tookMs} ms; said on the way: ${prepared.join(' · ')}`);
  }
});
