import type { RoomConnectOptions } from "livekit-client";
import type { Rung } from "../types.js";

/** The tunnel carries the call sooner than a slow path does. */
const CONNECT_TIMEOUT_MS = { patient: 12_000, hurried: 4_000 };

/** Returns how a room connects: over a relay only, where the app allows neither `lan` nor `direct`. */
export function connectOptions(rungs: readonly Rung[], patient = true): RoomConnectOptions {
  const relayOnly = !rungs.includes("lan") && !rungs.includes("direct");
  return { peerConnectionTimeout: CONNECT_TIMEOUT_MS[patient ? "patient" : "hurried"], ...(relayOnly && { rtcConfig: { iceTransportPolicy: "relay" } }) };
}
