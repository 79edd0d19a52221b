import type { Answer } from "./answer.js";

/** Whether this page is in touch with the stack that served it and, if not, why, as far as a page can know. */
export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected" }
  | { readonly kind: "reconnecting"; readonly since: number }
  /** The browser itself has no network. */
  | { readonly kind: "offline" }
  /** This address leads nowhere: the edge reports that, or no answer came for `SILENCE_MS`. */
  | { readonly kind: "gone" }
  | { readonly kind: "preparing" }
  | { readonly kind: "busy" }
  | { readonly kind: "foreign" }
  /** The app runs without Sidelink: this address never had a document. */
  | { readonly kind: "alone" }
  /** A different stack answers under this address than the one that answered first. */
  | { readonly kind: "replaced" };

export type ConnectionEvent =
  /** The page sent a request that should be answered at once. */
  | { readonly kind: "asked" }
  /** `lost`: the connection ended, or an attempt to connect failed. */
  | Answer
  /** The network came or went, or the page became visible again. */
  | { readonly kind: "network"; readonly online: boolean }
  /** The time that `deadline` returned has come. */
  | { readonly kind: "alarm" };

export interface Facts {
  readonly online: boolean;
  /** Of the first document that named one. */
  readonly instance: string | null;
  /** The connection as the last answer showed it. */
  readonly status: Exclude<Connection, { kind: "offline" }>;
  /** When the oldest unanswered request began, Unix ms; `Infinity` while none is open. */
  readonly silentSince: number;
}

/** How long a request may stay unanswered before the address counts as gone. */
export const SILENCE_MS = 20_000;
/** An alarm this late was set before the machine was suspended, so the page could not receive an answer meanwhile. */
const SUSPENDED_MS = 5_000;

export const INITIAL_FACTS: Facts = { online: true, instance: null, status: { kind: "connecting" }, silentSince: Infinity };

/** Returns the connection that follows from the facts. */
export function connectionOf({ status, online }: Facts): Connection {
  return online || inTouch(status) ? status : { kind: "offline" };
}

/** Returns when an `alarm` is due if nothing happens before, Unix ms; `Infinity` when none is. */
export function deadline({ online, silentSince }: Facts): number {
  return online ? silentSince + SILENCE_MS : Infinity;
}

/** Returns the facts after `event`. */
export function reduce(facts: Facts, event: ConnectionEvent, now: number): Facts {
  const { instance, status, silentSince } = facts;
  const answered = { ...facts, silentSince: Infinity };
  const reconnecting = { kind: "reconnecting", since: now } as const;
  switch (event.kind) {
    case "asked":
      // While in touch the server may hold a request open, so only its failure means something.
      return inTouch(status) || status.kind === "gone" ? facts : { ...facts, silentSince: Math.min(silentSince, now) };
    case "lost":
      return inTouch(status) || status.kind === "connecting" ? { ...facts, status: reconnecting } : facts;
    case "network":
      // Silence counts from now, because the page could not receive anything before.
      return { ...facts, online: event.online, silentSince: Math.max(silentSince, now) };
    case "alarm": {
      const late = now - deadline(facts);
      if (late < 0) return facts;
      return late > SUSPENDED_MS ? { ...facts, silentSince: now } : { ...answered, status: { kind: "gone" } };
    }
    case "document": {
      const named = event.document.instance;
      const first = instance ?? named;
      return { ...answered, instance: first, status: { kind: (named ?? first) === first ? "connected" : "replaced" } };
    }
    case "unchanged":
      return { ...answered, status: status.kind === "replaced" ? status : { kind: "connected" } };
    case "absent":
      return { ...answered, status: { kind: instance === null ? "alone" : "foreign" } };
    case "unclear":
      return { ...answered, status: status.kind === "reconnecting" ? status : reconnecting };
    default:
      return { ...answered, status: event };
  }
}

function inTouch(status: Connection): boolean {
  return status.kind === "connected" || status.kind === "replaced";
}
