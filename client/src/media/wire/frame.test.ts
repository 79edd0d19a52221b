import assert from "node:assert/strict";
import { test } from "node:test";
import { allocateFrame, FrameJoiner, HEADER_BYTES, MAX_FRAME_BYTES, readFrame, type Frame, type FrameHeader } from "./frame.js";

const HEADER: FrameHeader = { kind: "camera", key: true, layer: 2, trackOrLevel: 513, sequence: 0x01020304, timestamp: 0x1_0000_0007 };

test("a frame has the protocol's bytes", () => {
  const frame = allocateFrame(HEADER, 2);
  frame.set([9, 8], HEADER_BYTES);
  assert.deepEqual([...frame], [2, 0b0010_0001, 2, 1, 1, 2, 3, 4, 0, 0, 0, 1, 0, 0, 0, 7, 9, 8]);
});

test("reading gives what was written", () => {
  for (const kind of ["audio", "camera", "screen"] as const) {
    const { body, more, ...header } = readFrame(allocateFrame({ ...HEADER, kind }, 3).buffer)!;
    assert.deepEqual(header, { ...HEADER, kind });
    assert.deepEqual([body.byteLength, more], [3, false]);
  }
});

test("the sequence wraps, and a time before zero is zero", () => {
  const frame = readFrame(allocateFrame({ ...HEADER, sequence: 2 ** 32 + 5, timestamp: -1.5 }, 1).buffer)!;
  assert.equal(frame.sequence, 5);
  assert.equal(frame.timestamp, 0);
});

for (const [what, frame] of [
  ["is empty", new Uint8Array(0)],
  ["has a header only", allocateFrame(HEADER, 0)],
  ["is too long", allocateFrame(HEADER, MAX_FRAME_BYTES)],
  ["is of kind 0", new Uint8Array(20)],
  ["is of kind 4", new Uint8Array(20).fill(4)],
] as const) {
  test(`what ${what} is not a frame`, () => assert.equal(readFrame(frame.buffer), null));
}

const part = (timestamp: number, more: boolean, ...body: number[]): Frame => ({ ...HEADER, timestamp, more, body: new Uint8Array(body) });

test("a part has the flag that more follows", () => {
  const bytes = allocateFrame(HEADER, 1);
  bytes[1]! |= 2;
  assert.equal(readFrame(bytes.buffer)!.more, true);
});

test("parts are joined, also while those of another track come between", () => {
  const joiner = new FrameJoiner();
  assert.equal(joiner.join(part(1, true, 1, 2)), null);
  assert.equal(joiner.join({ ...part(1, true, 9), trackOrLevel: 7 }), null);
  assert.equal(joiner.join(part(1, true, 3)), null);
  assert.deepEqual([...joiner.join(part(1, false, 4))!.body], [1, 2, 3, 4]);
  const whole = part(2, false, 5);
  assert.equal(joiner.join(whole), whole);
});

test("a frame whose rest was dropped is forgotten", () => {
  const joiner = new FrameJoiner();
  joiner.join(part(1, true, 1));
  assert.deepEqual([...joiner.join(part(2, false, 2))!.body], [2]);
  joiner.join(part(3, true, 3));
  joiner.join(part(4, true, 4));
  assert.deepEqual([...joiner.join(part(4, false, 5))!.body], [4, 5]);
});

test("a frame that would be too long is dropped", () => {
  const joiner = new FrameJoiner();
  const half = { ...part(1, true), body: new Uint8Array(MAX_FRAME_BYTES / 2 + 1) };
  joiner.join(half);
  assert.equal(joiner.join({ ...half, more: false }), null);
});
