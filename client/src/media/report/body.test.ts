import assert from "node:assert/strict";
import { test } from "node:test";
import type { TransportStats } from "../transport.js";
import { noPath, reportOf, type ConnectionReport } from "./body.js";

const TURN = { rung: "turn", protocol: "tls", roundTripMs: 81 } as const;
const stats = (fields: Partial<TransportStats> = {}): TransportStats => ({ at: 0, bytesSent: 0, bytesReceived: 0, ...fields });
const packets = (total: number, lost: number) => ({ total, lost });
const json = (report: ConnectionReport) => JSON.parse(JSON.stringify(report));

test("what is unknown is absent", () => {
  assert.deepEqual(json(reportOf({ rung: "tunnel", protocol: null, roundTripMs: null }, null, null, false)), { path: "tunnel" });
  assert.deepEqual(json(noPath(false)), { path: "none" });
});

test("rates and losses need an earlier report of the same transport", () => {
  const now = stats({ at: 10_000, bytesSent: 5, bytesReceived: 5, received: packets(9, 1), iceState: "connected", candidateType: "relay" });
  assert.deepEqual(json(reportOf(TURN, now, null, false)), { path: "turn", iceState: "connected", candidateType: "relay", protocol: "tls", rttMs: 81 });
});

test("bitrates are bits per second since the last report", () => {
  const before = stats({ at: 1_000, bytesSent: 100_000, bytesReceived: 50_000 });
  const { sendBitrate, receiveBitrate } = reportOf(TURN, stats({ at: 4_000, bytesSent: 400_000, bytesReceived: 50_001 }), before, false);
  assert.deepEqual([sendBitrate, receiveBitrate], [800_000, 3]);
});

test("counters that began anew, or were not read anew, give no bitrate", () => {
  const before = stats({ at: 1_000, bytesSent: 100_000 });
  assert.equal(reportOf(TURN, stats({ at: 4_000, bytesSent: 10 }), before, false).sendBitrate, undefined);
  assert.equal(reportOf(TURN, before, before, false).sendBitrate, undefined);
});

for (const [what, received, sent, percent] of [
  ["the loss of what arrived", packets(1_000, 15), packets(800, 4), 1.5],
  ["the larger loss of what was sent", packets(1_000, 15), packets(800, 100), 12.5],
  ["one decimal", packets(3, 1), packets(0, 0), 33.3],
  ["a lost packet that arrived late", packets(100, -2), packets(0, 0), 0],
  ["more lost than sent", packets(0, 0), packets(10, 20), 100],
  ["no packets", packets(0, 0), packets(0, 0), undefined],
] as const) {
  test(`lossPercent: ${what}`, () => {
    const before = { received: packets(50, 5), sent: packets(70, 0) };
    const now = { received: packets(50 + received.total, 5 + received.lost), sent: packets(70 + sent.total, sent.lost) };
    assert.equal(reportOf(TURN, stats({ at: 1, ...now }), stats(before), false).lossPercent, percent);
  });
}

test("a round trip stays within a minute", () => {
  assert.equal(reportOf({ ...TURN, roundTripMs: 99_000 }, null, null, false).rttMs, 60_000);
});

test("a local network that the browser denies is reported where the media takes another path", () => {
  assert.deepEqual((["lan", "direct", "turn", "tunnel"] as const).map((rung) => reportOf({ ...TURN, rung }, null, null, true).localNetworkBlocked), [undefined, true, true, true]);
  assert.deepEqual(json(noPath(true)), { path: "none", localNetworkBlocked: true });
});
