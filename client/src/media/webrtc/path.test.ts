import assert from "node:assert/strict";
import { test } from "node:test";
import { isPrivate, pathOf } from "./path.js";

const PAIR = { type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R", nominated: true, state: "succeeded", currentRoundTripTime: 0.0415, bytesReceived: 10, responsesReceived: 2 };
const stats = (local: object, remote: object, pair: object = PAIR) =>
  new Map<string, Record<string, unknown>>(Object.entries({ P: { ...pair }, L: { type: "local-candidate", ...local }, R: { type: "remote-candidate", ...remote } }));

for (const [what, local, remote, rung] of [
  ["a private address of LiveKit", { candidateType: "host" }, { candidateType: "host", address: "192.168.1.20" }, "lan"],
  ["an older browser's name of the address", { candidateType: "prflx" }, { candidateType: "host", ip: "10.0.0.2" }, "lan"],
  ["a public address of LiveKit", { candidateType: "srflx" }, { candidateType: "srflx", address: "203.0.113.10" }, "direct"],
  ["a relay of this side", { candidateType: "relay" }, { candidateType: "host", address: "10.0.0.2" }, "turn"],
  ["a relay of the other side", { candidateType: "host" }, { candidateType: "relay", address: "10.0.0.2" }, "turn"],
  ["no address and a host candidate", { candidateType: "host" }, { candidateType: "host" }, "lan"],
  ["no address and a reflexive candidate", { candidateType: "srflx" }, { candidateType: "host", address: "" }, "direct"],
] as const) {
  test(`${what} is ${rung}`, () => assert.equal(pathOf(stats(local, remote))?.rung, rung));
}

test("reports the round trip and what arrives", () => {
  assert.deepEqual(pathOf(stats({ candidateType: "relay", protocol: "udp", relayProtocol: "tls" }, {})), { rung: "turn", protocol: "tls", candidateType: "relay", roundTripMs: 42, arrived: 12 });
});

test("the transport's pair comes first", () => {
  const all = stats({ candidateType: "relay" }, {}, { ...PAIR, nominated: false });
  assert.equal(pathOf(all), null);
  all.set("T", { type: "transport", selectedCandidatePairId: "P" });
  assert.equal(pathOf(all)?.rung, "turn");
});

test("knows private addresses", () => {
  for (const address of ["10.1.2.3", "127.0.0.1", "172.16.0.1", "172.31.255.1", "192.168.0.1", "169.254.1.1", "100.64.0.1", "fd00::1", "fe80::1", "::1", "x.local"]) assert.ok(isPrivate(address), address);
  for (const address of ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2a00::1", "198.51.100.7"]) assert.ok(!isPrivate(address), address);
});
