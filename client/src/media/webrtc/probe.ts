import type { ConnectOptions, Rung } from "../types.js";
import { connectOptions, needsDirectAddress } from "./connect-options.js";
import { tryDirectAddress } from "./direct-address.js";
import type { Path } from "./path.js";
import { roomPath } from "./stats.js";

export interface ProbeOptions extends Pick<ConnectOptions, "directAddress" | "iceServers"> {
  readonly livekitUrl: string;
  /** A token for a hidden participant. */
  readonly token: string;
  readonly rungs: readonly Rung[];
  readonly signal: AbortSignal;
}

const PATH_TIMEOUT_MS = 4_000;
const POLL_MS = 100;

/**
 * Tries WebRTC with a hidden participant, so that the call on another rung goes on meanwhile. Resolves with the rung
 * that works, null when none of `rungs` does.
 */
export async function probe({ livekitUrl, token, directAddress, iceServers, rungs, signal }: ProbeOptions): Promise<Path | null> {
  const { Room } = await import("livekit-client");
  if (signal.aborted) return null;
  const room = new Room();
  if (needsDirectAddress(rungs)) tryDirectAddress(room, directAddress);
  const stop = () => void room.disconnect();
  signal.addEventListener("abort", stop);
  try {
    await room.connect(livekitUrl, token, { ...connectOptions(rungs, iceServers), autoSubscribe: false });
    // Opens the data channel and with it the peer connection, where the join alone did not.
    room.localParticipant.publishData(new Uint8Array(1), { reliable: true, topic: "sidelink-probe", destinationIdentities: [room.localParticipant.identity] }).catch(() => undefined);
    const path = await waitForPath(() => roomPath(room), signal);
    return path && rungs.includes(path.rung) ? path : null;
  } catch {
    return null;
  } finally {
    signal.removeEventListener("abort", stop);
    await room.disconnect().catch(() => undefined);
  }
}

async function waitForPath(read: () => Promise<Path | null>, signal: AbortSignal): Promise<Path | null> {
  const end = performance.now() + PATH_TIMEOUT_MS;
  while (performance.now() < end && !signal.aborted) {
    const path = await read();
    if (path) return path;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return null;
}
