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
  | { readonly kind: "answered"; readonly answer: Exclude<Answer, { kind: "unanswered" }> }
  /** What was followed has ended, or an attempt to follow it has failed. */
  | { readonly kind: "lost" }
  | { readonly kind: "network"; readonly online: boolean }
  /** The page is looked at again. */
  | { readonly kind: "woken" }
  /** The time that `deadline` named has come. */
  | { readonly kind: "alarm" };

export interface Facts {
  readonly online: boolean;
  /** Of the first document that named one. */
  readonly instance: string | null;
  /** What the last answer said. */
  readonly heard: Exclude<Connection, { kind: "offline" }>;
  /** Since when a question has been waiting for any answer. */
  readonly silentSince: number | null;
}

/** Without any answer for so long the address is taken for gone. */
export const SILENCE_MS = 20_000;
/** An alarm that comes so late was set before the machine slept: nobody listened in that time. */
const SLEPT_MS = 5_000;

export const NOTHING_HEARD: Facts = { online: true, instance: null, heard: { kind: "connecting" }, silentSince: null };

/** The verdict on what is known. */
export function connectionOf({ heard, online }: Facts): Connection {
  return online || inTouch(heard) ? heard : { kind: "offline" };
}

/** When an `alarm` is due, if nothing happens before. */
export function deadline({ online, heard, silentSince }: Facts): number | null {
  return online && silentSince !== null && heard.kind !== "gone" ? silentSince + SILENCE_MS : null;
}

export function learn(facts: Facts, event: ConnectionEvent, now: number): Facts {
  switch (event.kind) {
    case "asked":
      // While in touch a question may be kept open; only its failure says something.
      return inTouch(facts.heard) ? facts : { ...facts, silentSince: facts.silentSince ?? now };
    case "answered":
      return { ...facts, ...told(facts, event.answer, now), silentSince: null };
    case "lost":
      if (facts.heard.kind !== "connecting" && !inTouch(facts.heard)) return facts;
      return { ...facts, heard: { kind: "reconnecting", since: now } };
    case "network":
      return { ...counted(facts, now), online: event.online };
    case "woken":
      return counted(facts, now);
    case "alarm":
      return alarmed(facts, now);
  }
}

function told(
  { instance, heard }: Facts,
  answer: Exclude<Answer, { kind: "unanswered" }>,
  now: number,
): Pick<Facts, "instance" | "heard"> {
  switch (answer.kind) {
    case "document": {
      const first = instance ?? answer.document.instance;
      const same = answer.document.instance === null || answer.document.instance === first;
      return { instance: first, heard: { kind: same ? "connected" : "replaced" } };
    }
    case "unchanged":
      return { instance, heard: heard.kind === "replaced" ? heard : { kind: "connected" } };
    case "absent":
      return { instance, heard: { kind: instance === null ? "alone" : "foreign" } };
    case "unclear":
      return { instance, heard: heard.kind === "reconnecting" ? heard : { kind: "reconnecting", since: now } };
    default:
      return { instance, heard: { kind: answer.kind } };
  }
}

/** Silence counts from now: before, the page could not hear. */
function counted(facts: Facts, now: number): Facts {
  return facts.silentSince === null ? facts : { ...facts, silentSince: now };
}

function alarmed(facts: Facts, now: number): Facts {
  const due = deadline(facts);
  if (due === null || now < due) return facts;
  return now - due > SLEPT_MS ? counted(facts, now) : { ...facts, heard: { kind: "gone" }, silentSince: null };
}

function inTouch(heard: Connection): boolean {
  return heard.kind === "connected" || heard.kind === "replaced";
}
