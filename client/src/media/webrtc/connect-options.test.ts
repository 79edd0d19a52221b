import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL_RUNGS } from "../ladder.js";
import { connectOptions, needsDirectAddress } from "./connect-options.js";

const SERVER = { urls: ["turn:turn.example.org:3478"], username: "u", credential: "c" };

test("the stack's ICE servers replace LiveKit's, unless there are none", () => {
  assert.deepEqual(connectOptions(ALL_RUNGS, [SERVER]).rtcConfig, { iceServers: [SERVER] });
  assert.deepEqual(connectOptions(ALL_RUNGS).rtcConfig, {});
});

test("where only a relay is allowed, only a relay is tried, with LiveKit's address on the internet", () => {
  assert.deepEqual(connectOptions(["turn"], [SERVER]).rtcConfig, { iceServers: [SERVER], iceTransportPolicy: "relay" });
  assert.deepEqual([["lan"], ["turn"], ["direct"]].map((rungs) => needsDirectAddress(rungs as ["lan"])), [false, true, true]);
});
