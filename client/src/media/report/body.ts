import type { Packets, Transport, TransportStats } from "../transport.js";
import type { Protocol, Rung } from "../types.js";

/** What the stack learns of a call's connection. What is unknown is undefined, and so absent from the JSON. */
export interface ConnectionReport {
  /** `none`: no rung connected. */
  readonly path: Rung | "none";
  readonly iceState?: RTCIceConnectionState;
  readonly candidateType?: RTCIceCandidateType;
  readonly protocol?: Protocol;
  readonly rttMs?: number;
  readonly lossPercent?: number;
  /** Bits per second since the last report. */
  readonly sendBitrate?: number;
  readonly receiveBitrate?: number;
  /** Whether the browser denies access to the local network while the media takes a longer path. */
  readonly localNetworkBlocked?: true;
}

const MAX_RTT_MS = 60_000;

/** Describes a transport that has a rung. `before`: what the same transport's counters were at the last report. */
export function reportOf(
  { rung, protocol, roundTripMs }: Pick<Transport, "rung" | "protocol" | "roundTripMs">,
  stats: TransportStats | null,
  before: TransportStats | null,
  isLocalNetworkBlocked: boolean,
): ConnectionReport {
  return {
    path: rung!,
    iceState: stats?.iceState,
    candidateType: stats?.candidateType,
    protocol: protocol ?? undefined,
    rttMs: roundTripMs === null ? undefined : Math.min(MAX_RTT_MS, Math.round(roundTripMs)),
    ...(stats && before && ratesOf(stats, before)),
    localNetworkBlocked: (isLocalNetworkBlocked && rung !== "lan") || undefined,
  };
}

/** Describes a call that could not connect. */
export function noPath(isLocalNetworkBlocked: boolean): ConnectionReport {
  return { path: "none", localNetworkBlocked: isLocalNetworkBlocked || undefined };
}

function ratesOf(now: TransportStats, before: TransportStats): Pick<ConnectionReport, "lossPercent" | "sendBitrate" | "receiveBitrate"> {
  const bitrate = (bytes: number) => (bytes >= 0 && now.at > before.at ? Math.round((bytes * 8_000) / (now.at - before.at)) : undefined);
  const losses = [loss(now.received, before.received), loss(now.sent, before.sent)].filter((percent) => percent !== null);
  return {
    lossPercent: losses.length === 0 ? undefined : Math.max(...losses),
    // Counters restart with a peer connection that is made anew.
    sendBitrate: bitrate(now.bytesSent - before.bytesSent),
    receiveBitrate: bitrate(now.bytesReceived - before.bytesReceived),
  };
}

/** Returns a percentage with one decimal, null where nothing was expected. */
function loss(now: Packets | undefined, before: Packets | undefined): number | null {
  const total = (now?.total ?? 0) - (before?.total ?? 0);
  if (!now || !before || total <= 0) return null;
  // A packet that counted as lost may arrive late.
  const share = Math.min(1, Math.max(0, (now.lost - before.lost) / total));
  return Math.round(share * 1_000) / 10;
}
