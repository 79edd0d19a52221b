import assert from "node:assert/strict";
import { test } from "node:test";
import { dueAt } from "./schedule.js";

const last = { at: 50_000, path: "tunnel tcp" };

for (const [what, before, path, isHidden, due] of [
  ["the first report", null, "tunnel tcp", false, 1_000],
  ["the first report of a hidden page", null, "tunnel tcp", true, 1_000],
  ["the same path", last, "tunnel tcp", false, 60_000],
  ["the same path of a hidden page", last, "tunnel tcp", true, 80_000],
  ["another rung", last, "direct udp", false, 52_000],
  ["another protocol of a hidden page", last, "tunnel tls", true, 52_000],
] as const) {
  test(`${what} is due at ${due} ms`, () => assert.equal(dueAt(0, before, path, isHidden), due));
}
