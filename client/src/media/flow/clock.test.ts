import assert from "node:assert/strict";
import { test } from "node:test";
import { SourceClock } from "./clock.js";

test("a frame that comes late does not shift the clock", () => {
  const clock = new SourceClock();
  clock.map(1_000_000, 5_300);
  clock.map(1_020_000, 5_020);
  assert.equal(clock.map(1_040_000, 5_400), 5_040_000);
});

test("two sources with different zeros meet on one clock", () => {
  const sound = new SourceClock();
  const pictures = new SourceClock();
  assert.equal(sound.map(77_000_000, 1_000), pictures.map(3_000, 1_000));
});

test("a drifting source is followed", () => {
  const clock = new SourceClock();
  let last = 0;
  // The source's clock is 0.1 % slow: after a minute it would be 60 ms early.
  for (let now = 0; now <= 60_000; now += 20) last = clock.map(now * 999, now) - now * 1_000;
  assert.ok(Math.abs(last) <= 21_000, `${last}`);
});
