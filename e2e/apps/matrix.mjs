// Runs one row of the matrix: the verdict of Sidelink, then what the phone gets.
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { describe, judged, place, sentences, service, stays } from './place.mjs';
import { visit } from './visit.mjs';
import { stack } from '../support/stack.mjs';

const RESULTS = process.env.E2E_APPS_RESULTS;

/** Runs one row; throws where Sidelink or the phone disagrees with it. */
export async function runRow(row, phone, t) {
  const began = Date.now();
  await place(row);
  const { status, verdicts } = await judged(row);
  const decidedS = (Date.now() - began) / 1000;
  if (row.verdict === 'broken') {
    assert.ok(!verdicts.has('ready'), `it was ready for a moment:\n${describe(status)}`);
    assert.ok(!verdicts.has('limited'), `it was handed out for a moment:\n${describe(status)}`);
  }
  const again = await stays(row.verdict);
  assert.ok(again.agrees, `a new verification disagrees:\n${describe(again.status)}`);
  const got = row.phone ? await visit(phone, await address(), row.phone) : {};
  compare(row.phone ?? {}, got);
  // Healing does not restart an app that answers.
  if (row.verdict !== 'broken') assert.equal(service(await stack.statusNow(), 'app').restarts, 0, 'the app was restarted');
  t.diagnostic(`${row.verdict} after ${decidedS.toFixed(1)} s; ${got.error ?? got.status ?? ''} ${sentences(status)}`);
  if (RESULTS) await appendFile(RESULTS, `${JSON.stringify({ name: row.name, seconds: decidedS, reported: sentences(status), got })}\n`);
}

/** The tunnel's URL, also while no public URL is handed out. */
async function address() {
  const { services } = await stack.statusNow();
  const { tunnel } = services.find(({ tunnel: own }) => own?.current);
  return `https://${tunnel.hostname}`;
}

function compare({ status = 200, shows, at, error, interactive, does }, got) {
  const what = JSON.stringify(got);
  if (error) return assert.match(got.error ?? '', new RegExp(`^${error}`), what);
  if (shows === undefined && status === 200) return;
  assert.equal(got.error, undefined, what);
  assert.equal(got.status, status, what);
  if (shows) assert.ok(got.text.toLowerCase().includes(shows.toLowerCase()), what);
  if (at) assert.equal(got.at, at, what);
  if (interactive !== undefined) assert.equal(got.interactive, interactive, what);
  if (does && got.hot !== undefined) assert.equal(got.hot, true, `the page was reloaded: ${what}`);
}
