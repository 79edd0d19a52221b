// What the page derives from the answer of GET /connection-stats; without a browser.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { calls, client, stats } from './calls.mjs';

const FILES = new URL('../../sidecar/dashboard/', import.meta.url);
const load = async (name) => import(`data:text/javascript,${encodeURIComponent(await readFile(new URL(name, FILES), 'utf8'))}`);
const { MAX_PARTICIPANTS, plain, roomsOf } = await load('participants.js');
const { HEIGHT, MAX_SAMPLES, SAMPLES_MS, Samples, WIDTH, graphOf } = await load('samples.js');

const NOW = Date.parse('2026-11-27T12:00:00Z');
const iso = (ms) => new Date(ms).toISOString();
const sample = (key, ms, roundTrip = 40, loss = 0) => ({ key, roundTrip, loss, reportedAt: iso(ms) });

test('participants are grouped by room, oldest first, each with a tone', () => {
  const { rooms, more } = roomsOf(calls.mixed());
  const shown = rooms.map(({ name, participants }) => [name, ...participants.map((one) => `${one.name} ${one.state} ${one.tone}`)]);
  assert.deepEqual(shown, [
    ['consulta-7', 'Bia connected ok', 'Rui connected ok', 'Ana Beatriz de Albuquerque Cavalcanti connecting waiting'],
    ['consulta-8', 'Zé connected limited', 'Lia connected ok', 'c-6 disconnected broken'],
  ]);
  assert.equal(more, 0);
});

test('a room without participants is listed, and a room that only a participant names', () => {
  const answer = { ...calls.two(), rooms: [{ name: 'empty', clients: 0, tracks: 0, created_at: iso(NOW) }] };
  assert.deepEqual(roomsOf(answer).rooms.map(({ name, participants }) => [name, participants.length]), [['empty', 0], ['consulta-7', 2]]);
});

test('the same identity in two rooms is two participants, and twice in one room is one', () => {
  const answer = stats([client('a', 'A', 'lan', { room: 'one' }), client('a', 'A', 'lan', { room: 'two' }), client('a', 'A', 'lan', { room: 'two' })]);
  const { participants } = roomsOf(answer);
  assert.equal(participants.length, 2);
  assert.equal(new Set(participants.map(({ key }) => key)).size, 2);
});

test('participants beyond the limit are counted, not kept', () => {
  const { participants, more } = roomsOf(calls.many(MAX_PARTICIPANTS + 7));
  assert.equal(participants.length, 500);
  assert.equal(more, 7);
});

test('a chosen name stays one short line in its direction', () => {
  assert.equal(plain('Bia\u202e\u0000\n evil'), 'Bia  evil');
  assert.equal(plain('\u2066\u2069\t'), '');
  assert.equal([...plain('W'.repeat(5_000))].length, 64);
  assert.equal([...plain('\u{1F600}'.repeat(100))].length, 64, 'no half characters');
  assert.equal(plain(`Z${'\u0335'.repeat(200)}`), 'Z\u0335\u0335\u0335');
  assert.equal(plain('João Zé'), 'João Zé');
  assert.equal(plain(null), '');
});

test('names of properties are neither states nor paths', () => {
  const { participants } = roomsOf(stats([client('a', 'A', 'lan', { connection_state: 'toString', path: 'constructor', room: '__proto__' })]));
  assert.deepEqual(participants.map(({ state, path, tone }) => [state, path, tone]), [['unknown', null, 'unknown']]);
});

test('samples are the last five minutes, at most 150, and those of present participants only', () => {
  const samples = new Samples();
  for (let at = 0; at <= 2 * SAMPLES_MS; at += 1_000) samples.keep([sample('a', NOW + at), sample('b', NOW + at)], NOW + at);
  const kept = samples.of('a');
  assert.equal(kept.length, MAX_SAMPLES);
  assert.ok(kept.every(({ at }) => at > NOW + SAMPLES_MS));
  samples.keep([sample('b', NOW + 2 * SAMPLES_MS)], NOW + 2 * SAMPLES_MS);
  assert.deepEqual([samples.size, samples.of('a').length], [1, 0]);
  samples.keep([{ ...sample('b', NOW), roundTrip: null, loss: null }], NOW + 4 * SAMPLES_MS);
  assert.deepEqual(samples.of('b'), [], 'without new reports the samples expire');
  samples.clear();
  assert.equal(samples.size, 0);
});

test('a report counts once, at its own time', () => {
  const samples = new Samples();
  for (const at of [0, 2_000, 4_000]) samples.keep([sample('a', NOW - 1_000)], NOW + at);
  assert.deepEqual(samples.of('a').map(({ at }) => at), [NOW - 1_000]);
  samples.keep([sample('a', NOW + 60_000)], NOW + 6_000);
  assert.equal(samples.of('a').at(-1).at, NOW + 6_000, 'no sample is in the future');
});

test('the graph has the line, its gaps, and the marks for loss', () => {
  const at = (ms, roundTrip, loss = 0) => ({ at: NOW + ms, roundTrip, loss });
  const samples = [at(-SAMPLES_MS + 1_000, 20), at(-200_000, 400, 3.5), at(-198_000, 100, 0.9), at(-2_000, null, 10), at(0, 50)];
  const { line, marks, low, high, losses } = graphOf(samples, NOW);
  assert.deepEqual([low, high, losses], [20, 400, 2]);
  assert.equal(line, 'M1 35.3h0M100 3h0L102 28.5M300 32.8h0');
  assert.equal(marks, `M100 ${HEIGHT}v-9M298 ${HEIGHT}v-9`);
  const numbers = [...line.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
  assert.ok(numbers.every(([x, y]) => x >= 0 && x <= WIDTH && y >= 0 && y <= HEIGHT));
  assert.equal(graphOf([], NOW), null);
  assert.equal(graphOf([at(0, null, 5)], NOW), null);
});
