import { limit, onAttention, pause } from "./runtime-config/attention.js";
import { backoff, type Backoff } from "./runtime-config/backoff.js";
import { PHASES, type Phase } from "./runtime-config/phase.js";

export type { Phase };

/** How far the stack is from a link that works. */
export interface Preparing {
  /** Null until the first status arrives. */
  readonly phase: Phase | null;
  /** The layer that the stack waits for, one of `LAYERS`; null when it waits for none. */
  readonly layer: string | null;
  /** The same as a sentence; null when the stack waits for nothing. */
  readonly message: (language: "en" | "pt") => string | null;
  /** 0 to 1: the share of layers that work. Does not fall before the stack was ready once. */
  readonly progress: number;
}

export interface PreparingOptions {
  /** Address of the status, relative to the page. Default: `/sidelink/status`. */
  readonly url?: string;
  readonly signal: AbortSignal;
  /** Called at every change. */
  readonly onChange: (now: Preparing) => void;
  readonly retry?: Backoff;
}

/** The layers that the stack checks, in order, as `GET /status` names them. The only list in TypeScript. */
export const LAYERS = ["docker", "services", "gateway", "tunnel", "edge", "dns", "tls", "instance", "app", "livekit", "websocket", "media", "exposure"] as const;

export const INITIAL_PREPARING: Preparing = { phase: null, layer: null, message: () => null, progress: 0 };

const RETRY = backoff(500, 5_000, 0.5);
const WAIT_S = 25;
const TIMEOUT_MS = (WAIT_S + 8) * 1_000;

/**
 * Follows the public status by long poll until `signal` aborts. Where there is none (404), the app runs without
 * Sidelink, and `onChange` is called once with the phase `ready`. Never throws.
 */
export function followPreparing(options: PreparingOptions): void {
  void follow(options);
}

async function follow({ url = "/sidelink/status", signal, onChange, retry = RETRY }: PreparingOptions): Promise<void> {
  let now = INITIAL_PREPARING;
  let after: number | null = null;
  let failures = 0;
  while (!signal.aborted) {
    const asked = Date.now();
    const answer = await ask(url, after, signal);
    if (signal.aborted) return;
    if (answer === "absent") return onChange({ ...INITIAL_PREPARING, phase: "ready", progress: 1 });
    const read = readPreparing(answer, now);
    if (!read) {
      after = null;
      await pause(retry.delay(++failures), signal);
      continue;
    }
    failures = 0;
    if (read.sequence !== after) onChange((now = read.now));
    // A proxy that answers at once with nothing new must not get the next request at once.
    else if (Date.now() - asked < retry.minMs) await pause(retry.minMs, signal);
    after = read.sequence;
  }
}

async function ask(url: string, after: number | null, signal: AbortSignal): Promise<unknown> {
  const over = limit(TIMEOUT_MS, signal);
  // A request that was open while the machine was suspended may stay unanswered, so a visible page sends a new one.
  onAttention(over.signal, () => over.abort());
  try {
    const query = after === null ? "" : `?after=${after}&wait=${WAIT_S}s`;
    const response = await fetch(url + query, { cache: "no-store", signal: over.signal });
    if (response.status === 404) return "absent";
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  } finally {
    over.abort();
  }
}

/** Reads a status; returns null when `status` is not one. */
export function readPreparing(status: unknown, before: Preparing): { sequence: number; now: Preparing } | null {
  if (!isFields(status) || !Number.isSafeInteger(status.sequence)) return null;
  const phase = PHASES.find((phase) => phase === status.phase);
  if (!phase || !Array.isArray(status.layers)) return null;
  const awaited = isFields(status.awaiting) ? status.awaiting : {};
  const text = (key: string) => (typeof awaited[key] === "string" ? awaited[key] : null);
  const floor = before.phase === "ready" ? 0 : before.progress;
  const now: Preparing = {
    phase,
    layer: text("layer"),
    message: (language) => (language === "pt" ? text("messagePt") : null) ?? text("message"),
    progress: phase === "ready" ? 1 : Math.max(floor, workingShare(status.layers)),
  };
  return { sequence: status.sequence as number, now };
}

/**
 * Returns the share of the layers that work before the first that does not, because later ones are results of an
 * earlier check. A stack without a bridge has no layer for media.
 */
function workingShare(layers: readonly unknown[]): number {
  const states = new Map(layers.filter(isFields).map(({ layer, state }) => [layer, state]));
  const present = LAYERS.filter((name) => states.has(name));
  const first = present.findIndex((name) => !["ok", "limited"].includes(states.get(name) as string));
  return first < 0 ? Number(present.length > 0) : first / present.length;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
