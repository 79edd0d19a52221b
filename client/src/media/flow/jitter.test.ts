import assert from "node:assert/strict";
import { test } from "node:test";
import { Playout } from "./jitter.js";

/** Frames every `interval` ms for `seconds`, each late by `lateness`. */
function plays(playout: Playout, kind: "audio" | "video", lateness: (index: number) => number, { interval = 20, seconds = 5, from = 0 } = {}): void {
  for (let index = 0; index * interval < seconds * 1_000; index += 1) {
    const at = from + index * interval;
    playout.arrived(kind, at * 1_000, at + 1_000 + lateness(index));
  }
}

test("a steady line needs the least delay", () => {
  const playout = new Playout();
  plays(playout, "audio", () => 0);
  assert.equal(playout.audioDelay(), 40);
});

test("sound waits for nearly all of its packets", () => {
  const playout = new Playout();
  plays(playout, "audio", (index) => (index % 5) * 20);
  assert.equal(playout.audioDelay(), 90);
});

test("a stall does not delay the call for long", () => {
  const playout = new Playout();
  plays(playout, "audio", () => 0, { seconds: 3 });
  plays(playout, "audio", (index) => Math.max(0, 3_000 - index * 20), { seconds: 3, from: 3_000 });
  assert.ok(playout.audioDelay() <= 240);
  plays(playout, "audio", () => 0, { seconds: 7, from: 6_000 });
  assert.equal(playout.audioDelay(), 40);
});

test("pictures wait for the sound of the same time, but for what lips hide", () => {
  const playout = new Playout();
  plays(playout, "audio", (index) => (index % 5) * 40);
  plays(playout, "video", () => 0, { interval: 40 });
  assert.equal(playout.videoDue(5_000_000), 6_000 + 170 - 60);
});

test("what a stop held up does not delay the pictures that follow", () => {
  const playout = new Playout();
  plays(playout, "audio", () => 0, { seconds: 8 });
  plays(playout, "video", () => 0, { interval: 40, seconds: 8 });
  // 400 ms of both arrive at once.
  plays(playout, "audio", (index) => Math.max(0, 400 - index * 20), { seconds: 1, from: 8_000 });
  plays(playout, "video", (index) => Math.max(0, 400 - index * 40), { interval: 40, seconds: 1, from: 8_000 });
  assert.ok(playout.videoDue(9_000_000) <= 10_000 + 60, `${playout.videoDue(9_000_000) - 10_000}`);
});

test("sound waits for pictures up to what lips hide", () => {
  const playout = new Playout();
  plays(playout, "audio", () => 0);
  plays(playout, "video", (index) => (index % 2) * 200, { interval: 40 });
  assert.equal(playout.videoDue(5_000_000), 6_000 + 210);
  assert.equal(playout.audioDelay(), 150);
});

test("a sender without sound is shown as soon as its line allows", () => {
  const playout = new Playout();
  plays(playout, "video", () => 0, { interval: 40 });
  assert.equal(playout.videoDue(5_000_000), 6_000 + 10);
});

test("a first frame that came late is forgotten", () => {
  const playout = new Playout();
  playout.arrived("video", 0, 1_900);
  plays(playout, "video", () => 0, { interval: 40, from: 40, seconds: 6 });
  assert.equal(playout.videoDue(6_000_000), 7_010);
});

test("a clock that drifts is followed", () => {
  const playout = new Playout();
  plays(playout, "audio", (index) => index * 0.02, { seconds: 120 });
  assert.ok(playout.audioDelay() < 80, `${playout.audioDelay()}`);
});
