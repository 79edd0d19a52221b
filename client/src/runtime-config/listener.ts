import { isOnline, onAttention } from "./attention.js";
import { connectionOf, deadline, INITIAL_FACTS, reduce, type Connection, type ConnectionEvent } from "./connection.js";
import type { RuntimeConfig } from "./document.js";

type Transport = "websocket" | "long-poll";

export type WatchState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live"; readonly transport: Transport }
  /** `since`: when the page stopped following, Unix ms. `Connection` has the reason. */
  | { readonly kind: "reconnecting"; readonly since: number }
  | { readonly kind: "stopped" };

/** The state of the watch. A new object at every change. */
export interface Watched {
  /** The document of the stack that served this page; null until the first one arrives. */
  readonly config: RuntimeConfig | null;
  readonly state: WatchState;
  /** Whether this page is in touch with the stack and, if not, why. */
  readonly connection: Connection;
}

/** The part of `globalThis` that measures time. Tests pass their own. */
export interface Clock {
  readonly Date: { now(): number };
  setTimeout(call: () => void, ms: number): any;
  clearTimeout(timer: any): void;
}

export interface Listening {
  readonly signal: AbortSignal;
  /** Called with what changed; with a connection before the document that caused it. Must not throw. */
  readonly emit: (changed: Partial<Watched>) => void;
  /** The document that the caller has already; only a newer one is emitted. */
  readonly known?: RuntimeConfig | null;
  /** Measures silence. Pauses and timeouts always use real time. */
  readonly clock?: Clock;
}

/** Processes an event; returns whether it brought a newer document. */
export type Dispatch = (event: ConnectionEvent) => boolean;
/** Records that documents now arrive by `transport`. */
export type SetTransport = (transport: Transport) => void;

/** Reduces events to the state of the watch and emits each change at once, until `signal` aborts. */
export function listener({ signal, emit, known = null, clock = globalThis }: Listening): readonly [Dispatch, SetTransport] {
  let facts = { ...INITIAL_FACTS, instance: known?.instance ?? null };
  let connection = connectionOf(facts);
  let state: WatchState = { kind: "connecting" };
  let alarm: unknown;
  /** Earlier epochs: a late answer from a process that ended brings nothing new. */
  const past: Record<string, true> = {};
  const isNewer = ({ instance, epoch, revision }: RuntimeConfig) =>
    instance !== known?.instance || (epoch === known.epoch ? revision > known.revision : !past[epoch!]);
  const transition = (next: WatchState) => emit({ state: (state = next) });

  const dispatch: Dispatch = (event) => {
    if (signal.aborted) return false;
    const now = clock.Date.now();
    facts = reduce(facts, event, now);
    clock.clearTimeout(alarm);
    const due = deadline(facts);
    if (due < Infinity) alarm = clock.setTimeout(() => dispatch({ kind: "alarm" }), due - now);
    const next = connectionOf(facts);
    // A connection of the same kind is not emitted again, so `since` stays what it was.
    if (next.kind !== connection.kind) emit({ connection: (connection = next) });
    if (event.kind === "lost" && state.kind !== "reconnecting") transition({ kind: "reconnecting", since: Date.now() });
    const isNews = event.kind === "document" && isNewer(event.document);
    if (isNews) {
      past[known?.epoch!] = true;
      emit({ config: (known = event.document) });
    }
    return isNews;
  };
  const setTransport: SetTransport = (transport) => {
    if (state.kind !== "live" || state.transport !== transport) transition({ kind: "live", transport });
  };
  const checkNetwork = () => dispatch({ kind: "network", online: isOnline() });

  signal.addEventListener("abort", () => clock.clearTimeout(alarm));
  transition(state);
  checkNetwork();
  onAttention(signal, checkNetwork);
  return [dispatch, setTransport];
}
