import assert from "node:assert/strict";
import { test } from "node:test";
import { stubGlobal } from "../../browser.js";
import { isLocalNetworkBlocked } from "./local-network.js";

/** A browser that knows these permissions. */
function knows(states: Record<string, string>, isSecureContext = true): void {
  stubGlobal("isSecureContext", isSecureContext);
  stubGlobal("navigator", {
    permissions: {
      async query({ name }: { name: string }) {
        if (!(name in states)) throw new TypeError(`${name} is not a permission`);
        return { state: states[name] };
      },
    },
  });
}

test("only a denied permission blocks, under both of its names", async () => {
  for (const [states, isBlocked] of [
    [{ "local-network-access": "denied" }, true],
    [{ "local-network": "denied", "local-network-access": "prompt" }, true],
    [{ "local-network": "prompt" }, false],
    [{ "local-network": "granted", "local-network-access": "granted" }, false],
    [{}, false],
  ] as const) {
    knows(states);
    assert.equal(await isLocalNetworkBlocked(), isBlocked);
  }
});

test("a page without TLS was denied nothing, and a browser without permissions neither", async () => {
  knows({ "local-network": "denied" }, false);
  assert.equal(await isLocalNetworkBlocked(), false);
  stubGlobal("navigator", {});
  stubGlobal("isSecureContext", true);
  assert.equal(await isLocalNetworkBlocked(), false);
});
