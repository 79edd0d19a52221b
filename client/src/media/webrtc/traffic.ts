import type { TransportStats } from "../transport.js";
import type { Entries } from "./path.js";

/** Adds up what all peer connections of a room have carried, which may use one for each direction. */
export function trafficOf(connections: readonly Entries[]): Pick<TransportStats, "bytesSent" | "bytesReceived" | "received" | "sent"> {
  const entries = connections.flatMap((stats) => [...stats.values()]);
  const total = (type: string, counter: string) =>
    entries.reduce((sum, entry) => sum + (entry.type === type ? Number(entry[counter]) || 0 : 0), 0);
  const lost = total("inbound-rtp", "packetsLost");
  return {
    // Of all pairs, because another one may be in use than before. Firefox has no other bytes.
    bytesSent: total("candidate-pair", "bytesSent"),
    bytesReceived: total("candidate-pair", "bytesReceived"),
    received: { total: total("inbound-rtp", "packetsReceived") + lost, lost },
    sent: { total: total("outbound-rtp", "packetsSent"), lost: total("remote-inbound-rtp", "packetsLost") },
  };
}
