import assert from "node:assert/strict";
import { test } from "node:test";
import { levelOf } from "./audio-sender.js";

test("the level is in −dBov", () => {
  assert.equal(levelOf(new Float32Array(960).fill(1)), 0);
  assert.equal(levelOf(new Float32Array(960).fill(0.1)), 20);
  assert.equal(levelOf(new Float32Array(960)), 127);
  assert.equal(levelOf(new Float32Array(0)), 127);
});
