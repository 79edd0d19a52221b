import { onAbort } from "./attention.js";
import { standaloneConfig, type Defaults } from "./alone.js";
import { readRuntimeConfig, type RuntimeConfig } from "./document.js";
import type { Watched } from "./listener.js";
import { watchRuntimeConfig, type WatchOptions } from "./watch.js";

export type { Watched };

export interface RuntimeConfigOptions extends Pick<WatchOptions, "retry" | "upgrade" | "waitSeconds" | "WebSocket" | "clock"> {
  /** Address of the document, relative to the page. Default: `/runtime-config`. */
  readonly url?: string;
  /** Used where the app runs without Sidelink. They override the variables of the build. */
  readonly defaults?: Defaults;
  /** Closes the handle, as `close()` does. */
  readonly signal?: AbortSignal;
}

export interface RuntimeConfigHandle {
  /** Resolves with the first document; rejects when the handle is closed before. */
  readonly ready: Promise<RuntimeConfig>;
  readonly current: RuntimeConfig | null;
  readonly now: Watched;
  /** Calls `listener` now and at every change. Returns a function that ends the subscription. */
  subscribe(listener: (now: Watched) => void): () => void;
  /**
   * Follows the document under the stack's new address. The current values stay until its first document arrives.
   * @throws TypeError unless `publicUrl` is an https address
   */
  moveTo(publicUrl: string): void;
  close(): void;
}

export const INITIAL_WATCHED: Watched = { config: null, state: { kind: "connecting" }, connection: { kind: "connecting" } };

/**
 * Follows the runtime configuration by WebSocket, or by long poll where no WebSocket opens. Without Sidelink it
 * returns the variables of the build and `defaults`, once. The first value is the one that `/runtime-config.js` put
 * into the page, if the page loads it.
 */
export function runtimeConfig(options: RuntimeConfigOptions = {}): RuntimeConfigHandle {
  const [store, update] = createStore();
  let watching = new AbortController();

  const watch = (address?: string, page?: string) => {
    watching.abort();
    const { signal } = (watching = new AbortController());
    const config = () => store.current ?? standaloneConfig(options.defaults);
    const url = resolveUrl(address, page);
    if (!url) return update({ config: config() });
    const emit = (changed: Partial<Watched>) => {
      if (signal.aborted || (changed.config && store.now.connection.kind === "replaced")) return;
      if (changed.connection?.kind !== "alone") return update(changed);
      watching.abort();
      update({ ...changed, config: config(), state: { kind: "stopped" } });
    };
    void watchRuntimeConfig({ ...options, url, signal, known: store.current, emit });
  };
  const close = () => {
    watching.abort();
    update({ state: { kind: "stopped" } });
  };
  const moveTo = (publicUrl: string) => {
    const { origin } = new URL(publicUrl);
    if (!/^https:/.test(origin)) throw new TypeError(publicUrl);
    // The path stays the same.
    watch(resolveUrl(options.url)?.pathname, origin);
  };

  watch(options.url);
  if (options.signal) onAbort(options.signal, close);
  return Object.assign(store, { moveTo, close });
}

/** Creates the observable value and the function that updates it and notifies its subscribers. */
function createStore(): [Omit<RuntimeConfigHandle, "moveTo" | "close">, (changed: Partial<Watched>) => void] {
  const subscribers = new Set<(now: Watched) => void>();
  // The value that `<script src="/runtime-config.js">` left in the page.
  const config = readRuntimeConfig(JSON.stringify((globalThis as { __RUNTIME_CONFIG__?: unknown }).__RUNTIME_CONFIG__));
  let now: Watched = { ...INITIAL_WATCHED, config };

  const notify = (listener: (now: Watched) => void) => {
    try {
      listener(now);
    } catch (error) {
      console.error(error);
    }
  };
  const update = (changed: Partial<Watched>) => {
    now = { ...now, ...changed };
    [...subscribers].forEach(notify);
  };
  const subscribe = (listener: (now: Watched) => void) => {
    subscribers.add(listener);
    notify(listener);
    return () => void subscribers.delete(listener);
  };
  const ready = new Promise<RuntimeConfig>((resolve, reject) => {
    subscribe(({ config, state }) => {
      if (config) resolve(config);
      else if (state.kind === "stopped") reject(new Error("closed"));
    });
  });
  // A caller that does not await `ready` must not get an unhandled rejection.
  ready.catch(() => {});
  const store = {
    ready,
    subscribe,
    get now() {
      return now;
    },
    get current() {
      return now.config;
    },
  };
  return [store, update];
}

/** Returns null for a relative address where there is no page, as on a server that renders one. */
function resolveUrl(address = "/runtime-config", page = globalThis.location?.href): URL | null {
  try {
    return new URL(address, page);
  } catch {
    return null;
  }
}
