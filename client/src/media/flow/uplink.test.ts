import assert from "node:assert/strict";
import { test } from "node:test";
import { AckedQueue } from "./queue.js";
import { adapt, firstTarget, FramePace, MAX_BITRATE, maySendAudio, maySendVideo, videoBudget, type VideoTarget } from "./uplink.js";

/** The full bitrate and size, for long. */
const FULL: VideoTarget = { bitrate: MAX_BITRATE, shrink: 1, loweredAt: 0, resizedAt: 0, waitMs: 5_000 };

/** A queue whose oldest frame waits `ms` beyond the path's time, at `now`. */
function waiting(ms: number, now = 10_000): AckedQueue {
  const queue = new AckedQueue();
  queue.sent(1_000, now - 3_000);
  queue.acked(1_000, now - 2_900);
  if (ms > 0) queue.sent(1_000, now - 100 - ms);
  return queue;
}

test("video is held back over 200 ms, sound over 1 s", () => {
  assert.deepEqual([0, 200, 201].map((ms) => maySendVideo(waiting(ms), 10_000)), [true, true, false]);
  assert.deepEqual([201, 1_000, 1_001].map((ms) => maySendAudio(waiting(ms), 10_000)), [true, true, false]);
});

test("the bitrate falls over 200 ms, rests, and rises under 120 ms", () => {
  const at = (ms: number) => adapt({ ...FULL, bitrate: 400_000 }, waiting(ms), Infinity, 10_000).bitrate;
  assert.equal(at(300), 280_000);
  assert.equal(at(150), 400_000);
  assert.equal(at(100), 416_000);
});

test("it falls to 0.8 of what is delivered, if that is less", () => {
  const queue = new AckedQueue();
  for (let at = 9_000; at <= 9_900; at += 100) {
    queue.sent(2_500, at);
    queue.acked(2_500 * ((at - 9_000) / 100 + 1), at);
  }
  queue.sent(2_500, 9_500);
  assert.equal(adapt(FULL, queue, Infinity, 10_000).bitrate, 160_000);
});

test("a line that stands still lowers it once", () => {
  const queue = waiting(500);
  const once = adapt(FULL, queue, Infinity, 10_000);
  assert.equal(once.bitrate, 490_000);
  assert.equal(adapt(once, queue, Infinity, 10_500).bitrate, 490_000);
  queue.sent(1_000, 10_000);
  queue.acked(2_000, 10_600);
  assert.equal(adapt(once, queue, Infinity, 11_000).bitrate, 343_000, "something was acknowledged, the next is late too");
});

test("it stays between its bounds and under the bridge's limit", () => {
  assert.equal(adapt(FULL, waiting(0), Infinity, 10_000).bitrate, MAX_BITRATE);
  assert.equal(adapt(FULL, waiting(0), 300_000, 10_000).bitrate, 300_000);
  assert.equal(adapt({ ...FULL, bitrate: 81_000, shrink: 2 }, waiting(900), Infinity, 10_000).bitrate, 80_000);
});

test("an unknown line begins small and rises fast until it shows its limit", () => {
  let target = firstTarget(0);
  const bitrates: number[] = [];
  for (let now = 500; now <= 2_000; now += 500) bitrates.push((target = adapt(target, waiting(0, now), Infinity, now)).bitrate);
  assert.deepEqual(bitrates, [345_000, 396_750, 456_262, 524_701]);
  assert.equal(target.shrink, 1);
});

test("the resolution is halved below 250 kbit/s and returns above 450, once the wait is over", () => {
  const shrinks = (bitrates: number[], resizedAt: number) => {
    let target: VideoTarget = { ...FULL, shrink: bitrates[0]! < 250_000 ? 2 : 1, resizedAt };
    return bitrates.map((bitrate) => (target = adapt({ ...target, bitrate }, waiting(0), Infinity, 10_000)).shrink);
  };
  assert.deepEqual(shrinks([260_000, 230_000, 400_000, 445_000], 0), [1, 2, 2, 2]);
  assert.deepEqual(shrinks([230_000, 445_000], 0), [2, 1]);
  assert.deepEqual(shrinks([230_000, 445_000], 6_000), [2, 2]);
});

test("the wait doubles with each full size that fails within 6 s, up to a minute", () => {
  let target: VideoTarget = { ...FULL, resizedAt: 8_000 };
  const waits: number[] = [];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    target = adapt({ ...target, shrink: 1, bitrate: 100_000 }, waiting(0), Infinity, 10_000);
    waits.push(target.waitMs);
  }
  assert.deepEqual(waits, [10_000, 20_000, 40_000, 60_000, 60_000]);
  assert.equal(adapt({ ...target, shrink: 1, bitrate: 100_000 }, waiting(0, 20_000), Infinity, 20_000).waitMs, 5_000, "it lasted");
});

test("after any history the target is valid", () => {
  let target = firstTarget(0);
  for (let step = 0; step < 500; step += 1) {
    target = adapt(target, waiting((step * 7_919) % 1_200, step * 500), Infinity, step * 500);
    assert.ok(target.bitrate >= 80_000 && target.bitrate <= MAX_BITRATE && Number.isInteger(target.bitrate));
  }
});

for (const [rate, least, most] of [[15, 15, 15], [24, 24, 24], [30, 23, 24.5], [60, 23, 24.5]] as const) {
  test(`a camera of ${rate} pictures a second gives ${most}`, () => {
    const pace = new FramePace();
    let taken = 0;
    for (let frame = 0; frame < rate * 10; frame += 1) taken += Number(pace.take((frame * 1_000_000) / rate));
    assert.ok(taken >= least * 10 && taken <= most * 10, `${taken}`);
  });
}

test("a camera whose clock starts again is not held back", () => {
  const pace = new FramePace();
  assert.ok(pace.take(9_000_000));
  assert.ok(pace.take(0));
});

test("an encoder that overshoots is held below the protocol's limit", () => {
  const budget = videoBudget();
  let bytes = 0;
  for (let now = 0; now < 20_000; now += 1000 / 24) {
    if (!budget.isLeft(now)) continue;
    budget.spend(15_000 * 8, now);
    bytes += 15_000;
  }
  assert.ok((bytes * 8) / 20 < 1_500_000, `${(bytes * 8) / 20}`);
});
