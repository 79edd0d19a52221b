import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallEvents, CallState, EndReason } from "@sidelink/client/media";
import { NotConnected, untilConnected } from "./until-connected";

class FakeCall {
  state: CallState = "connecting";
  hasLeft = false;
  readonly listeners = new Map<string, (reason: EndReason) => void>();
  on<E extends keyof CallEvents>(event: E, listener: CallEvents[E]) {
    this.listeners.set(event, listener as (reason: EndReason) => void);
    return () => void this.listeners.delete(event);
  }
  leave = () => void (this.hasLeft = true);
  change() {
    this.listeners.get("change")?.("left");
  }
}

test("a call that connects is returned, and nothing listens to it any more", async () => {
  const call = new FakeCall();
  const connected = untilConnected(call);
  call.change();
  call.state = "connected";
  call.change();
  assert.equal(await connected, call);
  assert.equal(call.listeners.size, 0);
});

test("a call that ends first is an error with its reason", async () => {
  const call = new FakeCall();
  const connected = untilConnected(call);
  call.listeners.get("ended")?.("full");
  await assert.rejects(connected, (error) => error instanceof NotConnected && error.reason === "full");
});

test("a call that takes too long is left", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const call = new FakeCall();
  const connected = untilConnected(call);
  t.mock.timers.tick(40_000);
  await assert.rejects(connected, (error) => error instanceof NotConnected && error.reason === "server_unreachable");
  assert.ok(call.hasLeft);
});
