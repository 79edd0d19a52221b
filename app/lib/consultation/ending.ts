import { ConnectionError, ConnectionErrorReason, DisconnectReason } from "livekit-client";
import { LinkError } from "@sidelink/client";
import type { CallWords } from "../words/call";

/** Why a participant is no longer in the call. */
export type Ending = "left" | "ended" | "cut" | "elsewhere" | "removed";

/** Why a participant could not enter: a problem that the page has text for, or an error with text in both languages. */
export type EntryProblem = keyof CallWords["problem"] | LinkError;

export function endingOf(reason: DisconnectReason | undefined): Ending {
  switch (reason) {
    case DisconnectReason.CLIENT_INITIATED:
      return "left";
    case DisconnectReason.DUPLICATE_IDENTITY:
      return "elsewhere";
    case DisconnectReason.PARTICIPANT_REMOVED:
      return "removed";
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return "ended";
    default:
      return "cut";
  }
}

/** Returns null when the visitor cancelled. `signalled`: LiveKit had answered before the failure. */
export function entryProblem(error: unknown, signalled: boolean): EntryProblem | null {
  if (error instanceof LinkError) return error.code === "room_full" ? "full" : error;
  if (!(error instanceof ConnectionError)) return signalled ? "media" : "signal";
  if (error.reason === ConnectionErrorReason.Cancelled) return null;
  if (error.reason === ConnectionErrorReason.NotAllowed) return "refused";
  return signalled ? "media" : "signal";
}
