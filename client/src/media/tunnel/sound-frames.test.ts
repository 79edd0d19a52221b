import assert from "node:assert/strict";
import { test } from "node:test";
import { SoundFrames } from "./sound-frames.js";

/** Sound whose samples count up by one per sample of 48 kHz. */
const rising = (from: number, length: number, rate: number) => Float32Array.from({ length }, (_, i) => from + (i * 48_000) / rate);

function framesOf(blocks: readonly Float32Array[], sampleRate: number) {
  const frames: { samples: Float32Array; timestamp: number }[] = [];
  const cutter = new SoundFrames();
  let sent = 0;
  for (const block of blocks) {
    cutter.add(block, sampleRate, 5_000_000 + (sent / sampleRate) * 1e6, (samples, timestamp) => frames.push({ samples, timestamp }));
    sent += block.length;
  }
  return frames;
}

test("blocks of 10 ms become frames of 20 ms with the time of their first sample", () => {
  const frames = framesOf(Array.from({ length: 5 }, (_, n) => rising(n * 480, 480, 48_000)), 48_000);
  assert.deepEqual(frames.map(({ timestamp }) => timestamp), [5_000_000, 5_020_000]);
  assert.deepEqual(frames.flatMap(({ samples }) => [...samples]), Array.from({ length: 1_920 }, (_, i) => i));
});

test("a block of 50 ms becomes two frames, and its rest begins the third", () => {
  const frames = framesOf([rising(0, 2_400, 48_000), rising(2_400, 480, 48_000)], 48_000);
  assert.deepEqual(frames.map(({ timestamp }) => timestamp), [5_000_000, 5_020_000, 5_040_000]);
  assert.equal(frames[2]!.samples[0], 1_920);
});

for (const rate of [16_000, 44_100, 96_000]) {
  test(`sound of ${rate} Hz keeps its speed, without steps between blocks`, () => {
    const length = rate / 50;
    const frames = framesOf(Array.from({ length: 10 }, (_, n) => rising(n * 960, length, rate)), rate);
    const samples = frames.flatMap((frame) => [...frame.samples]).slice(10);
    assert.ok(frames.length >= 9, `${frames.length} frames`);
    for (let i = 1; i < samples.length; i += 1) assert.ok(Math.abs(samples[i]! - samples[i - 1]! - 1) < 0.01, `sample ${i}`);
  });
}
