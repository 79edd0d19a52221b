import type { TransportEnd } from "../transport.js";

/** LiveKit's `DisconnectReason` by number. Others mean that the server was lost. */
const DISCONNECTS: Readonly<Record<number, TransportEnd>> = {
  1: "left",
  2: "replaced",
  4: "removed",
  5: "room_closed",
  10: "room_closed",
};

export function endOfDisconnect(reason: number | undefined): TransportEnd {
  return DISCONNECTS[reason ?? 0] ?? "server_unreachable";
}

/** Reads livekit-client's `ConnectionError`. */
export function endOfError(error: unknown): TransportEnd {
  const { reasonName, status } = (error ?? {}) as { readonly reasonName?: string; readonly status?: number };
  if (status === 503) return "full";
  if (reasonName === "NotAllowed") return "expired";
  return reasonName === "ServerUnreachable" || reasonName === "WebSocket" || reasonName === "Timeout" ? "server_unreachable" : "failed";
}
