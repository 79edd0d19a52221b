import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { standaloneConfig } from "./alone.js";
import { SILENCE_MS } from "./connection.js";
import { FakeClock } from "./fake-clock.js";
import { listener, type Dispatch } from "./listener.js";

let clock: FakeClock;
let emitted: string[];
let dispatch: Dispatch;
let page: AbortController;

beforeEach(() => {
  clock = new FakeClock();
  emitted = [];
  page = new AbortController();
  [dispatch] = listener({ clock, signal: page.signal, emit: ({ connection }) => connection && emitted.push(connection.kind) });
});

test("emits once that the silence has lasted too long", () => {
  dispatch({ kind: "asked" });
  clock.passes(SILENCE_MS - 1);
  assert.deepEqual(emitted, []);
  clock.passes(1);
  dispatch({ kind: "asked" });
  clock.passes(SILENCE_MS * 3);
  assert.deepEqual(emitted, ["gone"]);
});

test("emits a connection only when it changes", () => {
  for (const kind of ["busy", "busy", "foreign"] as const) dispatch({ kind });
  assert.deepEqual(emitted, ["busy", "foreign"]);
});

test("an answer cancels the alarm", () => {
  dispatch({ kind: "asked" });
  dispatch({ kind: "busy" });
  assert.equal(clock.waiting, 0);
});

test("after a suspension the time starts again", () => {
  dispatch({ kind: "asked" });
  clock.suspends(600_000);
  assert.deepEqual(emitted, []);
  clock.passes(SILENCE_MS);
  assert.deepEqual(emitted, ["gone"]);
});

test("emits nothing after its signal has aborted", () => {
  dispatch({ kind: "asked" });
  page.abort();
  assert.equal(clock.waiting, 0);
  dispatch({ kind: "gone" });
  assert.deepEqual(emitted, []);
});

test("accepts a newer process although the clock went back, and no late answer of an earlier one", () => {
  const documents: unknown[] = [];
  const page = new AbortController();
  const [dispatch] = listener({ clock, signal: page.signal, emit: ({ config }) => config && documents.push([config.epoch, config.revision]) });
  const document = (epoch: string, revision: number) =>
    dispatch({ kind: "document", document: { ...standaloneConfig(), instance: "i1", epoch, revision } });
  const newer = [document("a", 10), document("a", 9), document("b", 5), document("b", 4), document("a", 11), document("b", 6)];
  page.abort();
  assert.deepEqual(newer, [true, false, true, false, false, true]);
  assert.deepEqual(documents, [["a", 10], ["b", 5], ["b", 6]]);
});
