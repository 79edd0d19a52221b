import assert from "node:assert/strict";
import { test } from "node:test";
import { readMessage } from "./messages.js";

for (const message of [
  { type: "joined", identity: "a", name: "A", resume: "r", resumed: false },
  { type: "participant", identity: "a", name: "A", attributes: { role: "client" } },
  { type: "left", identity: "a" },
  { type: "track", id: 3, identity: "a", kind: "screen", muted: true },
  { type: "codec", track: 3, codec: "h264" },
  { type: "ended", track: 3 },
  { type: "muted", track: 3, muted: false },
  { type: "keyframe" },
  { type: "ack", bytes: 12 },
  { type: "limit", bitrate: 500_000 },
  { type: "speakers", identities: ["a", "b"] },
  { type: "data", identity: null, topic: "chat", payload: "aGk=" },
  { type: "diagnosed", ok: true, reason: "x" },
  { type: "leave", reason: "removed", again: false },
]) {
  test(`reads ${message.type}`, () => assert.deepEqual(readMessage(JSON.stringify(message)), message));
}

test("fields that are not known are left out", () => {
  assert.deepEqual(readMessage('{"type":"ended","track":3,"later":1}'), { type: "ended", track: 3 });
});

test("a participant may have no attributes, and data no sender", () => {
  assert.deepEqual(readMessage('{"type":"participant","identity":"a","name":""}'), { type: "participant", identity: "a", name: "", attributes: {} });
  assert.deepEqual(readMessage('{"type":"data","identity":"","topic":"","payload":""}'), { type: "data", identity: null, topic: "", payload: "" });
});

for (const [what, text] of [
  ["of an unknown type", '{"type":"weather"}'],
  ["of an inherited type", '{"type":"toString"}'],
  ["without type", "{}"],
  ["that is a list", "[]"],
  ["that is null", "null"],
  ["that is not JSON", "{"],
  ["that lacks a field", '{"type":"track","id":3,"identity":"a","kind":"audio"}'],
  ["with a wrong type", '{"type":"ended","track":"3"}'],
  ["with an unknown word", '{"type":"codec","track":1,"codec":"av1"}'],
  ["with a list of other things", '{"type":"speakers","identities":[1]}'],
  ["with attributes that are not text", '{"type":"participant","identity":"a","name":"","attributes":{"a":1}}'],
  ["that is too long", JSON.stringify({ type: "left", identity: "x".repeat(70_000) })],
] as const) {
  test(`ignores a message ${what}`, () => assert.equal(readMessage(text), null));
}
