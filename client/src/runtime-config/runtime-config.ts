import { standsAlone, type Defaults } from "./alone.js";
import type { Connection } from "./connection.js";
import { parseRuntimeConfig, type RuntimeConfig } from "./document.js";
import { watchRuntimeConfig, type WatchOptions, type WatchState } from "./watch.js";

export interface RuntimeConfigOptions extends Pick<WatchOptions, "retry" | "upgrade" | "waitSeconds" | "WebSocket" | "clock"> {
  /** Where the document is; relative to the page. `/runtime-config` without it. */
  readonly url?: string;
  /** Used where there is no Sidelink, over the variables of the build. */
  readonly defaults?: Defaults;
  /** Closes it, as `close()` does. */
  readonly signal?: AbortSignal;
}

/** What is known now. A new object at every change. */
export interface Watched {
  /** Of the stack that this page came from; null until its first document came. */
  readonly config: RuntimeConfig | null;
  readonly state: WatchState;
  /** Whether this page is in touch, and if not, why. */
  readonly connection: Connection;
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
  const listeners = new Set<(now: Watched) => void>();
  let now: Watched = { ...NOTHING_KNOWN, config: inThePage() };
  let watching = new AbortController();
  let isReady: (config: RuntimeConfig) => void;
  let isClosed: (reason: Error) => void;
  const ready = new Promise<RuntimeConfig>((resolve, reject) => {
    isReady = resolve;
    isClosed = reject;
  });
  // Whoever does not wait for it is not told of a rejection.
  ready.catch(() => {});
  if (now.config) isReady!(now.config);

  const change = (changed: Partial<Watched>) => {
    now = { ...now, ...changed };
    if (now.config) isReady(now.config);
    for (const told of [...listeners]) tell(told, now);
  };
  const watch = (url?: string) => {
    watching.abort();
    const { signal } = (watching = new AbortController());
    // Nothing is followed where there is no page and no address of its own: on a server that renders one.
    if (typeof location === "undefined" && !URL.canParse(url ?? "")) return change({ config: standsAlone(options.defaults) });
    const only = (change: () => void) => signal.aborted || change();
    watchRuntimeConfig({
      ...options,
      url,
      signal,
      known: now.config,
      onChange: (config) => only(() => isAnothers(config, now.config) || change({ config })),
      onState: (state) => only(() => change({ state })),
      onConnection: (connection) =>
        only(() => change(connection.kind === "alone" ? { connection, config: now.config ?? standsAlone(options.defaults) } : { connection })),
    });
  };
  const close = () => {
    watching.abort();
    isClosed(new Error("the runtime configuration was closed before it was known"));
    change({ state: { kind: "stopped" } });
    listeners.clear();
  };

  watch(options.url);
  options.signal?.addEventListener("abort", close, { once: true });
  if (options.signal?.aborted) close();
  return {
    ready,
    get current() {
      return now.config;
    },
    get now() {
      return now;
    },
    subscribe(told) {
      listeners.add(told);
      tell(told, now);
      return () => void listeners.delete(told);
    },
    moveTo(publicUrl) {
      const { protocol, origin } = new URL(publicUrl);
      if (protocol !== "https:") throw new TypeError("the new address is not https");
      watch(`${origin}/runtime-config`);
    },
    close,
  };
}

function tell(told: (now: Watched) => void, now: Watched): void {
  try {
    told(now);
  } catch (error) {
    console.error(error);
  }
}

/** What somebody else under the same address says is not shown as if it were news. */
function isAnothers(document: RuntimeConfig, held: RuntimeConfig | null): boolean {
  return held !== null && held.instance !== null && document.instance !== null && document.instance !== held.instance;
}

/** What `<script src="/runtime-config.js">` left. */
function inThePage(): RuntimeConfig | null {
  try {
    return parseRuntimeConfig((globalThis as { __RUNTIME_CONFIG__?: unknown }).__RUNTIME_CONFIG__);
  } catch {
    return null;
  }
}
