import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { SILENCE_MS } from "./connection.js";
import { FakeClock } from "./fake-clock.js";
import { Listener } from "./listener.js";

let clock: FakeClock;
let told: string[];
let listener: Listener;

beforeEach(() => {
  clock = new FakeClock();
  told = [];
  listener = new Listener(clock, (connection) => told.push(connection.kind));
});

test("tells when the silence has lasted too long, once", () => {
  listener.hears({ kind: "asked" });
  clock.passes(SILENCE_MS - 1);
  assert.deepEqual(told, []);
  clock.passes(1);
  listener.hears({ kind: "asked" });
  clock.passes(SILENCE_MS * 3);
  assert.deepEqual(told, ["gone"]);
});

test("tells a verdict only when it changes", () => {
  for (const kind of ["busy", "busy", "foreign"] as const) listener.hears({ kind: "answered", answer: { kind } });
  assert.deepEqual(told, ["busy", "foreign"]);
});

test("an answer takes the alarm back", () => {
  listener.hears({ kind: "asked" });
  listener.hears({ kind: "answered", answer: { kind: "busy" } });
  assert.equal(clock.waiting, 0);
});

test("a machine that slept is given the time again", () => {
  listener.hears({ kind: "asked" });
  clock.sleeps(600_000);
  assert.deepEqual(told, []);
  clock.passes(SILENCE_MS);
  assert.deepEqual(told, ["gone"]);
});

test("says nothing any more once it is closed", () => {
  listener.hears({ kind: "asked" });
  listener.close();
  assert.equal(clock.waiting, 0);
  listener.hears({ kind: "answered", answer: { kind: "gone" } });
  assert.deepEqual(told, []);
});
