import { limit, onAttention, pause } from "./runtime-config/attention.js";
import { backoff, type Backoff } from "./runtime-config/backoff.js";
import { PHASES, type Phase } from "./runtime-config/phase.js";

export type { Phase };

/** How far the stack is on its way to a link that works. */
export interface Preparing {
  /** Null until it is known. */
  readonly phase: Phase | null;
  /** What is awaited: `docker`, `services`, … `exposure`; null when nothing is. */
  readonly layer: string | null;
  /** The same for people, `en` or `pt`; null when nothing is awaited. */
  readonly message: (language: "en" | "pt") => string | null;
  /** 0 to 1: the part of the layers that are done. Never falls until the stack was ready. */
  readonly progress: number;
}

export interface PreparingOptions {
  /** Where the status is; relative to the page. `/sidelink/status` without it. */
  readonly url?: string;
  readonly signal: AbortSignal;
  /** Called with what is known at every change. */
  readonly told: (now: Preparing) => void;
  readonly retry?: Backoff;
}

/** In the order of the way. */
export const LAYERS = ["docker", "services", "gateway", "tunnel", "edge", "dns", "tls", "instance", "app", "livekit", "websocket", "exposure"] as const;

export const NOTHING_SEEN: Preparing = { phase: null, layer: null, message: () => null, progress: 0 };

const RETRY = backoff(500, 5_000, 0.5);
const WAIT_S = 25;
const TIMEOUT_MS = (WAIT_S + 8) * 1_000;

/**
 * Follows the public status by long poll until `signal` aborts. Where there is none (404) it says once that all is
 * ready: the app runs without Sidelink. Never throws.
 */
export function followPreparing(options: PreparingOptions): void {
  void follow(options);
}

async function follow({ url = "/sidelink/status", signal, told, retry = RETRY }: PreparingOptions): Promise<void> {
  let now = NOTHING_SEEN;
  let after: number | null = null;
  let failures = 0;
  while (!signal.aborted) {
    const asked = Date.now();
    const answer = await ask(url, after, signal);
    if (signal.aborted) return;
    if (answer === "absent") return told({ ...NOTHING_SEEN, phase: "ready", progress: 1 });
    const seen = reading(answer, now);
    if (!seen) {
      after = null;
      await pause(retry.delay(++failures), signal);
      continue;
    }
    failures = 0;
    if (seen.sequence !== after) told((now = seen.now));
    // Somebody on the way who answers at once with nothing new must not be asked again at once.
    else if (Date.now() - asked < retry.minMs) await pause(retry.minMs, signal);
    after = seen.sequence;
  }
}

async function ask(url: string, after: number | null, signal: AbortSignal): Promise<unknown> {
  const over = limit(TIMEOUT_MS, signal);
  // After a sleep an open question may never be answered: it is asked again, once the page is looked at.
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

/** Null when `status` is not one. */
export function reading(status: unknown, before: Preparing): { sequence: number; now: Preparing } | null {
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
    progress: phase === "ready" ? 1 : Math.max(floor, done(status.layers) / LAYERS.length),
  };
  return { sequence: status.sequence as number, now };
}

/** How many layers work from the first one on: what comes after one that does not is of an earlier try. */
function done(layers: readonly unknown[]): number {
  const works = (name: string) => layers.some((layer) => isFields(layer) && layer.layer === name && (layer.state === "ok" || layer.state === "limited"));
  const first = LAYERS.findIndex((name) => !works(name));
  return first < 0 ? LAYERS.length : first;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
