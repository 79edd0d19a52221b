import assert from "node:assert/strict";
import { test } from "node:test";
import { allocateFrame, HEADER_BYTES, MAX_FRAME_BYTES, readFrame, type FrameHeader } from "./frame.js";

const HEADER: FrameHeader = { kind: "camera", key: true, layer: 2, trackOrLevel: 513, sequence: 0x01020304, timestamp: 0x1_0000_0007 };

test("a frame has the protocol's bytes", () => {
  const frame = allocateFrame(HEADER, 2);
  frame.set([9, 8], HEADER_BYTES);
  assert.deepEqual([...frame], [2, 0b0010_0001, 2, 1, 1, 2, 3, 4, 0, 0, 0, 1, 0, 0, 0, 7, 9, 8]);
});

test("reading gives what was written", () => {
  for (const kind of ["audio", "camera", "screen"] as const) {
    const { body, ...header } = readFrame(allocateFrame({ ...HEADER, kind }, 3).buffer)!;
    assert.deepEqual(header, { ...HEADER, kind });
    assert.equal(body.byteLength, 3);
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
