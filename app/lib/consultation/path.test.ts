import assert from "node:assert/strict";
import { test } from "node:test";
import { pathOf } from "./path";

function stats(local: object, remote: object, pair: object = {}, transport: object | null = { selectedCandidatePairId: "pair" }) {
  return new Map<string, Record<string, unknown>>([
    ["other", { type: "candidate-pair", nominated: true, state: "failed", localCandidateId: "unknown", remoteCandidateId: "remote" }],
    ["pair", { type: "candidate-pair", nominated: true, state: "succeeded", localCandidateId: "local", remoteCandidateId: "remote", ...pair }],
    ["local", { type: "local-candidate", ...local }],
    ["remote", { type: "remote-candidate", ...remote }],
    ...(transport ? ([["transport", { type: "transport", ...transport }]] as const) : []),
  ]);
}

const HOST = { candidateType: "host", protocol: "udp" };

test("a direct path means the same network, with its round trip time", () => {
  assert.deepEqual(pathOf(stats(HOST, HOST, { currentRoundTripTime: 0.0124 })), { media: "lan", protocol: "udp", rttMs: 12 });
  assert.deepEqual(pathOf(stats({ candidateType: "prflx", protocol: "tcp" }, HOST)), { media: "lan", protocol: "tcp" });
});

test("a relay on either side is a relay, with the protocol that reaches it", () => {
  assert.deepEqual(pathOf(stats({ candidateType: "relay", protocol: "udp", relayProtocol: "tls" }, HOST)), { media: "turn", protocol: "tls" });
  assert.deepEqual(pathOf(stats(HOST, { candidateType: "relay", protocol: "udp" })), { media: "turn", protocol: "udp" });
});

test("takes the pair that works where the browser names none", () => {
  assert.deepEqual(pathOf(stats(HOST, HOST, {}, null)), { media: "lan", protocol: "udp" });
});

test("returns null while no pair is in use", () => {
  assert.equal(pathOf(new Map()), null);
  assert.equal(pathOf(stats(HOST, HOST, { state: "in-progress" }, null)), null);
  assert.equal(pathOf(stats(HOST, HOST, { localCandidateId: "gone" })), null);
});
