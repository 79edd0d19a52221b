import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { standsAlone } from "./alone.js";
import { SILENCE_MS } from "./connection.js";
import { FakeClock } from "./fake-clock.js";
import { listener, type Hears } from "./listener.js";

let clock: FakeClock;
let told: string[];
let hears: Hears;
let page: AbortController;

beforeEach(() => {
  clock = new FakeClock();
  told = [];
  page = new AbortController();
  [hears] = listener({ clock, signal: page.signal, told: ({ connection }) => connection && told.push(connection.kind) });
});

test("tells when the silence has lasted too long, once", () => {
  hears({ kind: "asked" });
  clock.passes(SILENCE_MS - 1);
  assert.deepEqual(told, []);
  clock.passes(1);
  hears({ kind: "asked" });
  clock.passes(SILENCE_MS * 3);
  assert.deepEqual(told, ["gone"]);
});

test("tells a verdict only when it changes", () => {
  for (const kind of ["busy", "busy", "foreign"] as const) hears({ kind });
  assert.deepEqual(told, ["busy", "foreign"]);
});

test("an answer takes the alarm back", () => {
  hears({ kind: "asked" });
  hears({ kind: "busy" });
  assert.equal(clock.waiting, 0);
});

test("a machine that slept is given the time again", () => {
  hears({ kind: "asked" });
  clock.sleeps(600_000);
  assert.deepEqual(told, []);
  clock.passes(SILENCE_MS);
  assert.deepEqual(told, ["gone"]);
});

test("says nothing any more once its signal has aborted", () => {
  hears({ kind: "asked" });
  page.abort();
  assert.equal(clock.waiting, 0);
  hears({ kind: "gone" });
  assert.deepEqual(told, []);
});

test("a newer process is heard although the clock went back, and an answer of the one before is not", () => {
  const heard: unknown[] = [];
  const page = new AbortController();
  const [hears] = listener({ clock, signal: page.signal, told: ({ config }) => config && heard.push([config.epoch, config.revision]) });
  const document = (epoch: string, revision: number) =>
    hears({ kind: "document", document: { ...standsAlone(), instance: "i1", epoch, revision } });
  const told = [document("a", 10), document("a", 9), document("b", 5), document("b", 4), document("a", 11), document("b", 6)];
  page.abort();
  assert.deepEqual(told, [true, false, true, false, false, true]);
  assert.deepEqual(heard, [["a", 10], ["b", 5], ["b", 6]]);
});
