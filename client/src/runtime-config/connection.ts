import type { Answer } from "./answer.js";

/** Whether this page is in touch with the stack that it came from; where not, why, as far as that can be told. */
export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected" }
  | { readonly kind: "reconnecting"; readonly since: number }
  /** The browser itself has no network. */
  | { readonly kind: "offline" }
  /** This address leads nowhere: the edge says so, or nobody has answered for `SILENCE_MS`. */
  | { readonly kind: "gone" }
  | { readonly kind: "preparing" }
  | { readonly kind: "busy" }
  | { readonly kind: "foreign" }
  /** The app runs without Sidelink: this address never had a document. */
  | { readonly kind: "alone" }
  /** Another stack answers under this address than the one that answered first. */
  | { readonly kind: "replaced" };

export type ConnectionEvent =
  /** A question that should be answered at once has been asked. */
  | { readonly kind: "asked" }
  /** Lost: what was followed has ended, or an attempt to follow it has failed. */
  | Answer
  /** The network has come or gone, or the page is looked at again. */
  | { readonly kind: "network"; readonly online: boolean }
  /** The time that `deadline` named has come. */
  | { readonly kind: "alarm" };

export interface Facts {
  readonly online: boolean;
  /** Of the first document that named one. */
  readonly instance: string | null;
  /** What the last answer said. */
  readonly heard: Exclude<Connection, { kind: "offline" }>;
  /** Since when a question has been waiting for any answer; `Infinity` while none is. */
  readonly silentSince: number;
}

/** Without any answer for so long the address is taken for gone. */
export const SILENCE_MS = 20_000;
/** An alarm that comes so late was set before the machine slept: nobody listened in that time. */
const SLEPT_MS = 5_000;

export const NOTHING_HEARD: Facts = { online: true, instance: null, heard: { kind: "connecting" }, silentSince: Infinity };

/** The verdict on what is known. */
export function connectionOf({ heard, online }: Facts): Connection {
  return online || inTouch(heard) ? heard : { kind: "offline" };
}

/** When an `alarm` is due, if nothing happens before; `Infinity` when none is. */
export function deadline({ online, silentSince }: Facts): number {
  return online ? silentSince + SILENCE_MS : Infinity;
}

export function learn(facts: Facts, event: ConnectionEvent, now: number): Facts {
  const { instance, heard, silentSince } = facts;
  const answered = { ...facts, silentSince: Infinity };
  const reconnecting = { kind: "reconnecting", since: now } as const;
  switch (event.kind) {
    case "asked":
      // While in touch a question may be kept open; only its failure says something.
      return inTouch(heard) || heard.kind === "gone" ? facts : { ...facts, silentSince: Math.min(silentSince, now) };
    case "lost":
      return inTouch(heard) || heard.kind === "connecting" ? { ...facts, heard: reconnecting } : facts;
    case "network":
      // Silence counts from now: before, the page could not hear.
      return { ...facts, online: event.online, silentSince: Math.max(silentSince, now) };
    case "alarm": {
      const late = now - deadline(facts);
      if (late < 0) return facts;
      return late > SLEPT_MS ? { ...facts, silentSince: now } : { ...answered, heard: { kind: "gone" } };
    }
    case "document": {
      const named = event.document.instance;
      const first = instance ?? named;
      return { ...answered, instance: first, heard: { kind: (named ?? first) === first ? "connected" : "replaced" } };
    }
    case "unchanged":
      return { ...answered, heard: heard.kind === "replaced" ? heard : { kind: "connected" } };
    case "absent":
      return { ...answered, heard: { kind: instance === null ? "alone" : "foreign" } };
    case "unclear":
      return { ...answered, heard: heard.kind === "reconnecting" ? heard : reconnecting };
    default:
      return { ...answered, heard: event };
  }
}

function inTouch(heard: Connection): boolean {
  return heard.kind === "connected" || heard.kind === "replaced";
}
