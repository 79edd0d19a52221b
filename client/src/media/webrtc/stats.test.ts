import assert from "node:assert/strict";
import { test } from "node:test";
import type { Room } from "livekit-client";
import type { TransportStats } from "../transport.js";
import { roomPath, roomStats } from "./stats.js";

type Fields = Record<string, unknown>;

/** A peer connection's `getStats()` with these entries. */
const connection = (entries: Fields[], iceState?: RTCIceConnectionState) => ({
  getStats: async () => new Map(entries.map((entry) => [entry.id, entry])),
  ...(iceState && { getICEConnectionState: () => iceState }),
});
const room = (pcManager?: object) => ({ engine: { pcManager }, localParticipant: { trackPublications: new Map() }, remoteParticipants: new Map() }) as unknown as Room;
async function statsOf(pcManager?: object): Promise<Partial<TransportStats> | null> {
  const stats = await roomStats(room(pcManager));
  return stats && { ...stats, at: undefined };
}

/** Chromium 142: the transport names its pair; a pair that failed is there too. */
const chromium = (bytesSent: number, bytesReceived: number): Fields[] => [
  { id: "T01", type: "transport", bytesSent, bytesReceived, dtlsState: "connected", iceRole: "controlled", iceState: "connected", selectedCandidatePairId: "CPa" },
  { id: "CPa", type: "candidate-pair", localCandidateId: "Ia", remoteCandidateId: "Ra", transportId: "T01", state: "succeeded", nominated: true, bytesSent, bytesReceived, currentRoundTripTime: 0.031, responsesReceived: 9 },
  { id: "CPb", type: "candidate-pair", localCandidateId: "Ib", remoteCandidateId: "Ra", transportId: "T01", state: "in-progress", nominated: false, bytesSent: 100, bytesReceived: 0 },
  { id: "Ia", type: "local-candidate", candidateType: "srflx", protocol: "udp", address: "203.0.113.9", port: 50_000, networkType: "wifi" },
  { id: "Ib", type: "local-candidate", candidateType: "host", protocol: "udp", address: "5c1e.local", port: 50_001 },
  { id: "Ra", type: "remote-candidate", candidateType: "srflx", protocol: "udp", address: "198.51.100.7", port: 7_882 },
];
const CHROMIUM_SENDS: Fields[] = [
  { id: "OT1", type: "outbound-rtp", kind: "audio", ssrc: 1, packetsSent: 500, bytesSent: 40_000, remoteId: "RIA1" },
  { id: "OT2", type: "outbound-rtp", kind: "video", ssrc: 2, rid: "q", packetsSent: 1_500, bytesSent: 1_500_000, remoteId: "RIA2" },
  { id: "OT3", type: "outbound-rtp", kind: "video", ssrc: 3, rid: "h", packetsSent: 0, bytesSent: 0 },
  { id: "RIA1", type: "remote-inbound-rtp", kind: "audio", ssrc: 1, localId: "OT1", packetsLost: 4, fractionLost: 0.01, roundTripTime: 0.03 },
  { id: "RIA2", type: "remote-inbound-rtp", kind: "video", ssrc: 2, localId: "OT2", packetsLost: 16, fractionLost: 0.02, roundTripTime: 0.03 },
];
const CHROMIUM_RECEIVES: Fields[] = [
  { id: "IT1", type: "inbound-rtp", kind: "audio", ssrc: 4, packetsReceived: 480, packetsLost: 20, bytesReceived: 40_000, jitter: 0.004 },
  { id: "IT2", type: "inbound-rtp", kind: "video", ssrc: 5, packetsReceived: 970, packetsLost: 30, bytesReceived: 970_000, jitter: 0.01 },
  { id: "ROA1", type: "remote-outbound-rtp", kind: "audio", ssrc: 4, packetsSent: 500, bytesSent: 41_000 },
];

test("Chromium: both peer connections count", async () => {
  const publisher = connection([...chromium(1_600_000, 9_000), ...CHROMIUM_SENDS], "connected");
  const subscriber = connection([...chromium(20_000, 1_100_000), ...CHROMIUM_RECEIVES], "completed");
  assert.deepEqual(await statsOf({ publisher, subscriber }), {
    at: undefined, bytesSent: 1_620_200, bytesReceived: 1_109_000, received: { total: 1_500, lost: 50 }, sent: { total: 2_000, lost: 20 }, iceState: "connected", candidateType: "srflx",
  });
});

test("Chromium: one peer connection carries both directions", async () => {
  const publisher = connection([...chromium(1_600_000, 1_100_000), ...CHROMIUM_SENDS, ...CHROMIUM_RECEIVES], "disconnected");
  assert.deepEqual(await statsOf({ publisher }), {
    at: undefined, bytesSent: 1_600_100, bytesReceived: 1_100_000, received: { total: 1_500, lost: 50 }, sent: { total: 2_000, lost: 20 }, iceState: "disconnected", candidateType: "srflx",
  });
});

/** Firefox 144: neither a transport nor the address of a relay. */
const FIREFOX: Fields[] = [
  { id: "p1", type: "candidate-pair", localCandidateId: "l1", remoteCandidateId: "r1", componentId: 1, priority: 7, state: "succeeded", nominated: true, selected: true, readable: true, writable: true, bytesSent: 300_000, bytesReceived: 200_000, responsesReceived: 3, currentRoundTripTime: 0.08 },
  { id: "p2", type: "candidate-pair", localCandidateId: "l2", remoteCandidateId: "r1", componentId: 1, priority: 6, state: "failed", nominated: false, selected: false, bytesSent: 0, bytesReceived: 0 },
  { id: "l1", type: "local-candidate", candidateType: "relay", protocol: "udp", relayProtocol: "tls", port: 50_000, proxied: "non-proxied" },
  { id: "l2", type: "local-candidate", candidateType: "host", protocol: "udp", address: "5c1e.local", port: 50_001 },
  { id: "r1", type: "remote-candidate", candidateType: "host", protocol: "udp", address: "198.51.100.7", port: 7_882 },
  { id: "i1", type: "inbound-rtp", kind: "audio", mediaType: "audio", ssrc: 4, packetsReceived: 400, packetsLost: 0, bytesReceived: 30_000, discardedPackets: 0 },
  { id: "o1", type: "outbound-rtp", kind: "audio", mediaType: "audio", ssrc: 1, packetsSent: 390, bytesSent: 30_000, remoteId: "x1" },
  { id: "x1", type: "remote-inbound-rtp", kind: "audio", ssrc: 1, localId: "o1", packetsLost: 7, jitter: 0.01, roundTripTime: 0.08 },
];

test("Firefox: the nominated pair is in use, and a connection that is not yet in use counts nothing", async () => {
  const idle = connection([{ id: "s", type: "peer-connection", dataChannelsOpened: 0 }], "new");
  assert.deepEqual(await statsOf({ publisher: idle, subscriber: connection(FIREFOX, "connected") }), {
    at: undefined, bytesSent: 300_000, bytesReceived: 200_000, received: { total: 400, lost: 0 }, sent: { total: 390, lost: 7 }, iceState: "connected", candidateType: "relay",
  });
});

test("without a pair in use nothing is known", async () => {
  const closed = { getStats: () => Promise.reject(new Error("closed")) };
  for (const pcManager of [undefined, {}, { publisher: {} }, { publisher: closed, subscriber: { getStats: () => undefined } }]) {
    assert.equal(await statsOf(pcManager), null);
    assert.equal(await roomPath(room(pcManager)), null);
  }
});

test("a livekit-client that does not show ICE's state leaves it out", async () => {
  assert.equal((await statsOf({ publisher: connection(FIREFOX) }))?.iceState, undefined);
});
