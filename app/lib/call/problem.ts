import { ConnectionError, ConnectionErrorReason, DisconnectReason } from "livekit-client";
import type { KnownProblem } from "../messages";
import type { Problem } from "../token/problem";

/** A problem that the page has text for, or an error response with text in both languages. */
export type CallProblem = KnownProblem | Problem;

export class CallFailed extends Error {
  override readonly name = "CallFailed";

  constructor(readonly problem: CallProblem) {
    super(typeof problem === "string" ? problem : problem.code);
  }
}

/** Null when the visitor ended the attempt. */
export function connectProblem(error: unknown, signalled: boolean): CallProblem | null {
  if (error instanceof CallFailed) return error.problem;
  if (!(error instanceof ConnectionError)) return signalled ? "media" : "signal";
  if (error.reason === ConnectionErrorReason.Cancelled) return null;
  if (error.reason === ConnectionErrorReason.NotAllowed) return "refused";
  return signalled ? "media" : "signal";
}

/** Null when the visitor ended the call. */
export function disconnectProblem(reason: DisconnectReason | undefined): KnownProblem | null {
  switch (reason) {
    case DisconnectReason.CLIENT_INITIATED:
      return null;
    case DisconnectReason.PARTICIPANT_REMOVED:
      return "removed";
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return "roomClosed";
    default:
      return "cut";
  }
}
