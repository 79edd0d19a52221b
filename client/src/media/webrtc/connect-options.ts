import type { RoomConnectOptions } from "livekit-client";
import type { Rung } from "../types.js";

/** The tunnel carries the call sooner than a slow path does. */
const CONNECT_TIMEOUT_MS = { patient: 12_000, hurried: 4_000 };

/**
 * Returns how a room connects: over a relay only, where the app allows neither `lan` nor `direct`. `iceServers` replace
 * LiveKit's list, unless there are none.
 */
export function connectOptions(rungs: readonly Rung[], iceServers: readonly RTCIceServer[] = [], patient = true): RoomConnectOptions {
  const relayOnly = !rungs.includes("lan") && !rungs.includes("direct");
  return {
    peerConnectionTimeout: CONNECT_TIMEOUT_MS[patient ? "patient" : "hurried"],
    rtcConfig: { ...(iceServers.length > 0 && { iceServers: [...iceServers] }), ...(relayOnly && { iceTransportPolicy: "relay" }) },
  };
}

/** Whether LiveKit's address on the internet is of use: a TURN server reaches LiveKit there, too. */
export const needsDirectAddress = (rungs: readonly Rung[]): boolean => rungs.includes("direct") || rungs.includes("turn");
