import { onAbort } from "./attention.js";
import { standsAlone, type Defaults } from "./alone.js";
import { readRuntimeConfig, type RuntimeConfig } from "./document.js";
import type { Watched } from "./listener.js";
import { watchRuntimeConfig, type WatchOptions } from "./watch.js";

export type { Watched };

export interface RuntimeConfigOptions extends Pick<WatchOptions, "retry" | "upgrade" | "waitSeconds" | "WebSocket" | "clock"> {
  /** Where the document is; relative to the page. `/runtime-config` without it. */
  readonly url?: string;
  /** Used where there is no Sidelink, over the variables of the build. */
  readonly defaults?: Defaults;
  /** Closes it, as `close()` does. */
  readonly signal?: AbortSignal;
}

export interface RuntimeConfigHandle {
  /** Resolves with the first document; rejects when it is closed before. */
  readonly ready: Promise<RuntimeConfig>;
  readonly current: RuntimeConfig | null;
  readonly now: Watched;
  /** Calls `told` now and at every change, until the function that it answers is called. */
  subscribe(told: (now: Watched) => void): () => void;
  /**
   * Follows the document under the stack's new address from now on. What is known stays until the first one comes.
   * @throws TypeError unless `publicUrl` is an https address
   */
  moveTo(publicUrl: string): void;
  close(): void;
}

export const NOTHING_KNOWN: Watched = { config: null, state: { kind: "connecting" }, connection: { kind: "connecting" } };

/**
 * The runtime configuration, now and at every change: by WebSocket, by long poll where that cannot be opened. Where
 * there is no Sidelink it is the build's variables and `defaults`, once. Its first value is what `/runtime-config.js`
 * put into the page, if that is there.
 */
export function runtimeConfig(options: RuntimeConfigOptions = {}): RuntimeConfigHandle {
  const [held, change] = holding();
  let watching = new AbortController();

  const watch = (address?: string, page?: string) => {
    watching.abort();
    const { signal } = (watching = new AbortController());
    const config = () => held.current ?? standsAlone(options.defaults);
    const url = inFull(address, page);
    if (!url) return change({ config: config() });
    const told = (changed: Partial<Watched>) => {
      if (signal.aborted || (changed.config && held.now.connection.kind === "replaced")) return;
      if (changed.connection?.kind !== "alone") return change(changed);
      watching.abort();
      change({ ...changed, config: config(), state: { kind: "stopped" } });
    };
    void watchRuntimeConfig({ ...options, url, signal, known: held.current, told });
  };
  const close = () => {
    watching.abort();
    change({ state: { kind: "stopped" } });
  };
  const moveTo = (publicUrl: string) => {
    const { origin } = new URL(publicUrl);
    if (!/^https:/.test(origin)) throw new TypeError(publicUrl);
    // The same path there.
    watch(inFull(options.url)?.pathname, origin);
  };

  watch(options.url);
  if (options.signal) onAbort(options.signal, close);
  return Object.assign(held, { moveTo, close });
}

/** What is known now, and the way to change that: whoever has subscribed is told. */
function holding(): [Omit<RuntimeConfigHandle, "moveTo" | "close">, (changed: Partial<Watched>) => void] {
  const subscribers = new Set<(now: Watched) => void>();
  // What `<script src="/runtime-config.js">` left.
  const config = readRuntimeConfig(JSON.stringify((globalThis as { __RUNTIME_CONFIG__?: unknown }).__RUNTIME_CONFIG__));
  let now: Watched = { ...NOTHING_KNOWN, config };

  const tell = (told: (now: Watched) => void) => {
    try {
      told(now);
    } catch (error) {
      console.error(error);
    }
  };
  const change = (changed: Partial<Watched>) => {
    now = { ...now, ...changed };
    [...subscribers].forEach(tell);
  };
  const subscribe = (told: (now: Watched) => void) => {
    subscribers.add(told);
    tell(told);
    return () => void subscribers.delete(told);
  };
  const ready = new Promise<RuntimeConfig>((resolve, reject) => {
    subscribe(({ config, state }) => {
      if (config) resolve(config);
      else if (state.kind === "stopped") reject(new Error("closed"));
    });
  });
  // Whoever does not wait for it is not told of a rejection.
  ready.catch(() => {});
  const held = {
    ready,
    subscribe,
    get now() {
      return now;
    },
    get current() {
      return now.config;
    },
  };
  return [held, change];
}

/** Null for an address that needs a page's where there is none: on a server that renders one. */
function inFull(address = "/runtime-config", page = globalThis.location?.href): URL | null {
  try {
    return new URL(address, page);
  } catch {
    return null;
  }
}
