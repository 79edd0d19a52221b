import { isOnline, onAttention } from "./attention.js";
import { connectionOf, deadline, learn, NOTHING_HEARD, type Connection, type ConnectionEvent } from "./connection.js";
import type { RuntimeConfig } from "./document.js";

type Transport = "websocket" | "long-poll";

export type WatchState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live"; readonly transport: Transport }
  /** `since`: when the page stopped following. Why, `Connection` says. */
  | { readonly kind: "reconnecting"; readonly since: number }
  | { readonly kind: "stopped" };

/** What is known now. A new object at every change. */
export interface Watched {
  /** Of the stack that this page came from; null until its first document came. */
  readonly config: RuntimeConfig | null;
  readonly state: WatchState;
  /** Whether this page is in touch, and if not, why. */
  readonly connection: Connection;
}

/** What is used of `globalThis` for the time, so that a test can have its own. */
export interface Clock {
  readonly Date: { now(): number };
  setTimeout(call: () => void, ms: number): any;
  clearTimeout(timer: any): void;
}

export interface Listening {
  readonly signal: AbortSignal;
  /** Called with what has changed; the verdict on the connection before the document that it is about. Must not throw. */
  readonly told: (changed: Partial<Watched>) => void;
  /** What is known already; only what is newer is told. */
  readonly known?: RuntimeConfig | null;
  /** Measures silence; pauses and time limits are always real. */
  readonly clock?: Clock;
}

/** Takes in what happens; answers whether it brought a newer document. */
export type Hears = (event: ConnectionEvent) => boolean;
/** Takes in that the document comes by `transport` now. */
export type Follows = (transport: Transport) => void;

/** Keeps what is heard, and tells at once what changes by it, until `signal` aborts. */
export function listener({ signal, told, known = null, clock = globalThis }: Listening): readonly [Hears, Follows] {
  let facts = { ...NOTHING_HEARD, instance: known?.instance ?? null };
  let verdict = connectionOf(facts);
  let state: WatchState = { kind: "connecting" };
  let alarm: unknown;
  /** Epochs that were known before: a late answer of one that has ended is not news. */
  const past: Record<string, true> = {};
  const isNewer = ({ instance, epoch, revision }: RuntimeConfig) =>
    instance !== known?.instance || (epoch === known.epoch ? revision > known.revision : !past[epoch!]);
  const become = (next: WatchState) => told({ state: (state = next) });

  const hears: Hears = (event) => {
    if (signal.aborted) return false;
    const now = clock.Date.now();
    facts = learn(facts, event, now);
    clock.clearTimeout(alarm);
    const due = deadline(facts);
    if (due < Infinity) alarm = clock.setTimeout(() => hears({ kind: "alarm" }), due - now);
    const next = connectionOf(facts);
    // Of one kind there are no two verdicts in a row: `since` stays what it was.
    if (next.kind !== verdict.kind) told({ connection: (verdict = next) });
    if (event.kind === "lost" && state.kind !== "reconnecting") become({ kind: "reconnecting", since: Date.now() });
    const isNews = event.kind === "document" && isNewer(event.document);
    if (isNews) {
      past[known?.epoch!] = true;
      told({ config: (known = event.document) });
    }
    return isNews;
  };
  const follows: Follows = (transport) => {
    if (state.kind !== "live" || state.transport !== transport) become({ kind: "live", transport });
  };
  const looks = () => hears({ kind: "network", online: isOnline() });

  signal.addEventListener("abort", () => clock.clearTimeout(alarm));
  become(state);
  looks();
  onAttention(signal, looks);
  return [hears, follows];
}
