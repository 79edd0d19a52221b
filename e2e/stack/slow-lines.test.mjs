// A call over the tunnel of a phone whose line is slow, or stands still for a while: the stand-in
// internet shapes the phone's WebSocket in both directions. Both pages show a clock to each other.
// E2E_LINES=all is what scripts/slow does: six lines, three stops, and a table.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { delays, longestBehind, recovery, share, watched, watches } from '../support/clock-camera.mjs';
import { internet } from '../support/internet.mjs';
import { links } from '../support/links.mjs';
import { call, sleep } from '../support/measured-calls.mjs';
import { stack } from '../support/stack.mjs';
import { onlyTunnel } from '../support/tunnel-call.mjs';

const ALL = process.env.E2E_LINES === 'all';
const LINES = ALL ? [3_000_000, 1_000_000, 400_000].flatMap((rate) => [[rate, 60], [rate, 200]]) : [[400_000, 200]];
const STOPS = ALL ? [1, 3, 8] : [1];
/** Seconds of the line without a stop, and after each stop. */
const STEADY = ALL ? 15 : 8;
const AFTER = ALL ? 8 : 6;
/** The first seconds, in which the line becomes known, and sound begins. */
const SETTLES = 4;

const BEHIND_MS = 1_000;
const MAX_BEHIND_MS = 3_000;
/** Beyond the time that the line itself takes in one direction. */
const BACK_MS = 250;
/** The goal is 2 s. The short slice runs beside everything else, and is for what takes several times that. */
const MAX_RECOVERY_MS = ALL ? 2_000 : 4_000;
/** Of 20 pictures in the lowest layer; a picture that is dropped all the time leaves 5. */
const MIN_FRAME_RATE = 10;
/** A listener does not notice a shorter silence: a packet has 20 ms. */
const GAP_MS = 40;
/** The goal is none; in the short slice a busy machine may cause one. */
const MAX_GAP_MS = ALL ? 0 : 250;

/** At this rate sound goes on while the picture adapts. On a faster line the first try of a layer that does not fit may cost a gap. */
const SLOW = 400_000;

const rows = [];
let desk, phone;

before(async () => {
  await onlyTunnel();
  [desk, phone] = await Promise.all([localBrowser(), phoneBrowser()]);
}, { timeout: 240_000 });
after(async () => {
  if (rows.length) console.log(table());
  await internet.switches({ line: { bitsPerSecond: 0, roundTripMs: 0, stopped: false } });
  await links.revokeAll();
  await phone?.close();
  await desk?.close();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

/** Stops the line. Returns when it went on. */
async function stops(seconds) {
  await internet.switches({ line: { stopped: true } });
  await sleep(seconds);
  await internet.switches({ line: { stopped: false } });
  return Date.now();
}

for (const [bitsPerSecond, roundTripMs] of LINES) {
  const line = `${bitsPerSecond / 1_000} kbit/s, ${roundTripMs} ms`;
  test(line, { timeout: 180_000 }, async (t) => {
    await internet.switches({ line: { bitsPerSecond, roundTripMs, stopped: false } });
    const { professional, client, end } = await call({ desk, phone });
    await Promise.all([professional, client].map(watches));
    const began = Date.now();
    await sleep(STEADY);
    const steady = Date.now();
    const pauses = [];
    for (const seconds of STOPS) {
      const on = await stops(seconds);
      await sleep(AFTER);
      pauses.push({ seconds, on, until: Date.now() });
    }
    const seen = { up: await watched(professional), down: await watched(client) };
    assert.equal(await client.rung(), 'tunnel');
    await end();
    const found = Object.entries(seen).map(([way, what]) => figures(`${line}, ${way}`, what, { began, steady, pauses, backMs: BACK_MS + roundTripMs / 2, isSlow: bitsPerSecond <= SLOW }));
    rows.push(...found.map(({ row }) => row));
    for (const { row } of found) t.diagnostic(row.join(' | '));
    for (const each of found) each.judge();
  });
}

/** What one page saw: `up` is what the phone sent. */
function figures(name, what, { began, steady, pauses, backMs, isSlow }) {
  const late = delays(what, began, steady);
  const settled = began + SETTLES * 1_000;
  const behind = [[began, steady], ...pauses.map(({ on, until }) => [on + MAX_RECOVERY_MS, until])].map(([from, to]) => longestBehind(what, BEHIND_MS, from, to));
  const back = pauses.map(({ on }) => recovery(what, backMs, on));
  const gaps = what.gaps.filter(({ at, ms }) => ms >= GAP_MS && at >= settled && at + ms <= steady);
  const rate = delays(what, settled, steady).length / ((steady - settled) / 1_000);
  const row = [name, `${share(late, 0.5)} / ${share(late, 0.95)}`, rate.toFixed(0), Math.max(...behind), back.join(' / '), `${gaps.length}, ${gaps.reduce((sum, { ms }) => sum + ms, 0).toFixed(0)} ms`];
  const judge = () => {
    assert.ok(rate >= MIN_FRAME_RATE, `${name}: ${rate} fps`);
    assert.ok(Math.max(...behind) <= MAX_BEHIND_MS, `${name}: ${behind} ms more than a second behind`);
    for (const ms of back) assert.ok(ms <= MAX_RECOVERY_MS, `${name}: back after ${back} ms`);
    if (isSlow) assert.deepEqual(gaps.filter(({ ms }) => ms > MAX_GAP_MS), [], `${name}: the sound has gaps`);
  };
  return { row, judge };
}

function table() {
  const head = ['line', 'video delay p50 / p95, ms', 'fps', `longest time over ${BEHIND_MS} ms, ms`, `after stops of ${STOPS.join(' / ')} s below ${BACK_MS} ms beyond the line's own, ms`, `sound: gaps over ${GAP_MS} ms`];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
