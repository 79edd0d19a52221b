import type { RoomConnectOptions } from "livekit-client";
import type { Rung } from "../types.js";

const CONNECT_TIMEOUT_MS = 12_000;

/** Returns how a room connects: over a relay only, where the app allows neither `lan` nor `direct`. */
export function connectOptions(rungs: readonly Rung[]): RoomConnectOptions {
  const relayOnly = !rungs.includes("lan") && !rungs.includes("direct");
  return { peerConnectionTimeout: CONNECT_TIMEOUT_MS, ...(relayOnly && { rtcConfig: { iceTransportPolicy: "relay" } }) };
}
