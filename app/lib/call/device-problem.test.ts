import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceProblem } from "./device-problem";

for (const [name, problem] of [
  ["NotAllowedError", "denied"],
  ["NotFoundError", "cameraMissing"],
  ["NotReadableError", "cameraBusy"],
  ["TrackStartError", "cameraBusy"],
  ["OverconstrainedError", "cameraFailed"],
] as const) {
  test(`a camera that fails with ${name}: ${problem}`, () => {
    assert.equal(deviceProblem(new DOMException("", name), "camera"), problem);
  });
}

test("an error without a name: the device failed", () => {
  assert.equal(deviceProblem(undefined, "microphone"), "microphoneFailed");
});
