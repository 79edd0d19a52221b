import assert from "node:assert/strict";
import { test } from "node:test";
import { encodedSize } from "./encoded-size.js";

test("the picture keeps its shape, in an area of 640x360", () => {
  assert.deepEqual(encodedSize(1280, 720, 1), { width: 640, height: 360 });
  assert.deepEqual(encodedSize(720, 1280, 1), { width: 360, height: 640 });
  assert.deepEqual(encodedSize(640, 480, 1), { width: 554, height: 416 });
  assert.deepEqual(encodedSize(640, 360, 2), { width: 320, height: 180 });
  assert.deepEqual(encodedSize(320, 240, 1), { width: 320, height: 240 });
});
