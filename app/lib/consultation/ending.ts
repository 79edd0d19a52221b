import type { LinkError } from "@sidelink/client";
import type { EndReason } from "@sidelink/client/media";
import type { CallWords } from "../words/call";

/** Why a participant is no longer in the call. */
export type Ending = "left" | "ended" | "cut" | "unreachable" | "elsewhere" | "removed";

/** Why a participant could not enter: a problem that the page has text for, or an error with text in both languages. */
export type EntryProblem = keyof CallWords["problem"] | LinkError;

/** `wasOverTunnel`: the call needed the stack's address, which a quick tunnel loses when it ends. */
export function endingOf(reason: EndReason, wasOverTunnel: boolean): Ending {
  switch (reason) {
    case "server_unreachable":
      return wasOverTunnel ? "unreachable" : "cut";
    case "left":
    case "removed":
      return reason;
    case "replaced":
      return "elsewhere";
    case "room_closed":
      return "ended";
    default:
      return "cut";
  }
}

/** Returns the problem of a call that did not begin; null when the visitor cancelled. */
export function entryProblem(reason: EndReason): "full" | "refused" | "signal" | "media" | null {
  switch (reason) {
    case "left":
      return null;
    case "full":
      return "full";
    case "server_unreachable":
      return "signal";
    case "failed":
      return "media";
    default:
      return "refused";
  }
}
