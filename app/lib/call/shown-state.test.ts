import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallState } from "@sidelink/client/media";
import { shownState, type ShownState } from "./shown-state";

for (const [state, signalLost, shown] of [
  ["connecting", false, "connecting"],
  ["connected", true, "signalReconnecting"],
  ["reconnecting", true, "reconnecting"],
  ["ended", true, "disconnected"],
] as const satisfies readonly (readonly [CallState, boolean | false, ShownState])[]) {
  test(`${state}, signalling ${signalLost ? "lost" : "not lost"}: ${shown}`, () => {
    assert.equal(shownState({ state, signalLost }), shown);
  });
}
