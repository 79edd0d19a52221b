import assert from "node:assert/strict";
import { test } from "node:test";
import { SoundBuffer } from "./playing-worklet.js";

const QUANTUM = 128;
const PACKET = 960;

/** Sound whose samples count up, so that each one is recognized; never quiet. */
const sound = (from = 1) => Float32Array.from({ length: PACKET }, (_, i) => from + i);

function take(buffer: SoundBuffer): Float32Array {
  const out = new Float32Array(QUANTUM).fill(-1);
  buffer.take(out);
  return out;
}

test("is silent until enough has arrived, then plays from the start", () => {
  const buffer = new SoundBuffer();
  buffer.add(sound(1), 40);
  assert.ok(take(buffer).every((sample) => sample === 0));
  buffer.add(sound(961), 40);
  assert.deepEqual(take(buffer), sound(1).subarray(0, QUANTUM));
  assert.deepEqual(take(buffer), sound(129).subarray(0, QUANTUM));
});

test("goes over from packet to packet without a gap", () => {
  const buffer = new SoundBuffer();
  for (const from of [1, 961]) buffer.add(sound(from), 40);
  const heard = Array.from({ length: 15 }, () => [...take(buffer)]).flat();
  assert.deepEqual(heard, Array.from({ length: 1_920 }, (_, i) => i + 1));
});

test("after it ran out it waits for enough again", () => {
  const buffer = new SoundBuffer();
  for (const from of [1, 961]) buffer.add(sound(from), 40);
  for (let i = 0; i < 15; i += 1) take(buffer);
  assert.ok(take(buffer).every((sample) => sample === 0));
  buffer.add(sound(1), 40);
  assert.ok(take(buffer).every((sample) => sample === 0));
  buffer.add(sound(961), 40);
  assert.equal(take(buffer)[0], 1);
});

test("what a stall held back is left out, so that the call is not late", () => {
  const buffer = new SoundBuffer();
  for (let packet = 0; packet < 100; packet += 1) buffer.add(sound(1 + packet * PACKET), 40);
  take(buffer);
  const next = take(buffer)[0]!;
  // 2 s have arrived, 40 ms are wanted: what comes next is from the last 40 to 50 ms.
  assert.ok(next > 100 * PACKET - 2_400 && next < 100 * PACKET - 1_000, `${next}`);
});

test("quiet sound is shortened, loud sound is kept", () => {
  const left = (level: number) => {
    const buffer = new SoundBuffer();
    for (let packet = 0; packet < 5; packet += 1) buffer.add(new Float32Array(PACKET).fill(level), 40);
    let taken = 0;
    for (; take(buffer)[0] !== 0 && taken < 100; taken += 1);
    return taken;
  };
  assert.equal(left(0.5), Math.ceil((5 * PACKET) / QUANTUM));
  assert.ok(left(0.001) < left(0.5));
});
