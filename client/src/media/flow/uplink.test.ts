import assert from "node:assert/strict";
import { test } from "node:test";
import { AckedQueue } from "./queue.js";
import { adapt, encodedSize, FramePace, maySendAudio, maySendVideo, START_BITRATE, videoBudget, type VideoTarget } from "./uplink.js";

const START: VideoTarget = { bitrate: START_BITRATE, shrink: 1 };

/** A queue whose oldest frame waits `ms` beyond the path's time, at 10,000. */
function waiting(ms: number): AckedQueue {
  const queue = new AckedQueue();
  queue.sent(1_000, 0);
  queue.acked(1_000, 100);
  if (ms > 0) queue.sent(1_000, 10_000 - 100 - ms);
  return queue;
}

test("video is held back over 250 ms, sound over 1 s", () => {
  assert.deepEqual([0, 250, 251].map((ms) => maySendVideo(waiting(ms), 10_000)), [true, true, false]);
  assert.deepEqual([251, 1_000, 1_001].map((ms) => maySendAudio(waiting(ms), 10_000)), [true, true, false]);
});

test("the bitrate falls over 250 ms, rests, and rises under 150 ms", () => {
  const at = (ms: number) => adapt({ bitrate: 400_000, shrink: 1 }, waiting(ms), Infinity, 10_000).bitrate;
  assert.equal(at(300), 280_000);
  assert.equal(at(200), 400_000);
  assert.equal(at(100), 420_000);
});

test("it falls to 0.8 of what is delivered, if that is less", () => {
  const queue = new AckedQueue();
  for (let at = 9_000; at <= 9_900; at += 100) {
    queue.sent(2_500, at);
    queue.acked(2_500 * ((at - 9_000) / 100 + 1), at);
  }
  queue.sent(2_500, 9_500);
  assert.equal(adapt(START, queue, Infinity, 10_000).bitrate, 160_000);
});

test("it stays between its bounds and under the bridge's limit", () => {
  assert.equal(adapt(START, waiting(0), Infinity, 10_000).bitrate, START_BITRATE);
  assert.equal(adapt(START, waiting(0), 300_000, 10_000).bitrate, 300_000);
  assert.equal(adapt({ bitrate: 81_000, shrink: 2 }, waiting(900), Infinity, 10_000).bitrate, 80_000);
});

test("the resolution is halved below 250 kbit/s and returns above 350", () => {
  const shrinks = [260_000, 230_000, 300_000, 345_000].reduce<VideoTarget[]>(
    (targets, bitrate) => [...targets, adapt({ ...targets.at(-1) ?? START, bitrate }, waiting(0), Infinity, 10_000)], []).map(({ shrink }) => shrink);
  assert.deepEqual(shrinks, [1, 2, 2, 1]);
});

test("after any history the target is valid", () => {
  let target = START;
  for (let step = 0; step < 500; step += 1) {
    target = adapt(target, waiting((step * 7_919) % 1_200), Infinity, 10_000);
    assert.ok(target.bitrate >= 80_000 && target.bitrate <= START_BITRATE && Number.isInteger(target.bitrate));
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

test("the picture keeps its shape, in an area of 640x360", () => {
  assert.deepEqual(encodedSize(1280, 720, 1), { width: 640, height: 360 });
  assert.deepEqual(encodedSize(720, 1280, 1), { width: 360, height: 640 });
  assert.deepEqual(encodedSize(640, 480, 1), { width: 554, height: 416 });
  assert.deepEqual(encodedSize(640, 360, 2), { width: 320, height: 180 });
  assert.deepEqual(encodedSize(320, 240, 1), { width: 320, height: 240 });
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
