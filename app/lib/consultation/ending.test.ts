import assert from "node:assert/strict";
import { test } from "node:test";
import type { EndReason } from "@sidelink/client/media";
import { endingOf, entryProblem, type Ending } from "./ending";

for (const [reason, ending, problem] of [
  ["left", "left", null],
  ["removed", "removed", "refused"],
  ["replaced", "elsewhere", "refused"],
  ["room_closed", "ended", "refused"],
  ["expired", "cut", "refused"],
  ["full", "cut", "full"],
  ["failed", "cut", "media"],
  ["server_unreachable", "cut", "signal"],
] as const satisfies readonly (readonly [EndReason, Ending, ReturnType<typeof entryProblem>])[]) {
  test(`${reason}: a call ends as "${ending}", and one that did not begin shows ${problem ?? "nothing"}`, () => {
    assert.equal(endingOf(reason, false), ending);
    assert.equal(entryProblem(reason), problem);
  });
}

test("a call over the tunnel may have lost the stack's address", () => {
  assert.equal(endingOf("server_unreachable", true), "unreachable");
  assert.equal(endingOf("room_closed", true), "ended");
});
