import type { Answer } from "./answer.js";
import { isOnline, onAttention, onNetwork, pause } from "./attention.js";
import { backoff, type Backoff } from "./backoff.js";
import type { Connection } from "./connection.js";
import { supersedes, type RuntimeConfig } from "./document.js";
import { ask } from "./http.js";
import { Listener, SYSTEM_CLOCK, type Clock } from "./listener.js";
import { follow, type SocketConstructor } from "./socket.js";

export type WatchState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live"; readonly transport: "websocket" | "long-poll" }
  /** `since`: when the page stopped following. Why, `Connection` says. */
  | { readonly kind: "reconnecting"; readonly since: number }
  | { readonly kind: "stopped" };

export interface WatchOptions {
  /** Where the document is; relative to the page. */
  readonly url?: string;
  /** What is known already; only what is newer is told. */
  readonly known?: RuntimeConfig | null;
  readonly onChange: (document: RuntimeConfig) => void;
  readonly onState?: (state: WatchState) => void;
  /** Called when the verdict changes; it is `connecting` before the first call. */
  readonly onConnection?: (connection: Connection) => void;
  readonly signal: AbortSignal;
  /** Between attempts while nothing answers. */
  readonly retry?: Backoff;
  /** Between attempts to get the WebSocket back while the long poll works. */
  readonly upgrade?: Backoff;
  readonly waitSeconds?: number;
  readonly WebSocket?: SocketConstructor;
  /** Measures silence; pauses and time limits are always real. */
  readonly clock?: Clock;
}

const RETRY = backoff(500, 15_000, 0.5);
const UPGRADE = backoff(15_000, 300_000, 0.3);
const OPEN_TIMEOUT_MS = 8_000;
const ANSWER_TIMEOUT_MS = 8_000;
/** The sidecar renews its proof, and with it the document, every 60 s. */
const SILENCE_MS = 75_000;

/**
 * Calls `onChange` with the document now and at every change until `signal` aborts: by WebSocket, by long poll
 * while that cannot be opened, by WebSocket again later. Stops where there is no Sidelink. Never throws; errors of
 * the callbacks are reported to the console.
 */
export function watchRuntimeConfig(options: WatchOptions): void {
  void new Watch(options).run();
}

class Watch {
  readonly #options: WatchOptions;
  #current: RuntimeConfig | null;
  #alone = false;
  #state: WatchState = { kind: "connecting" };
  #failures = 0;
  #refusals = 0;
  #upgradeAt = 0;
  readonly #listener: Listener;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#current = options.known ?? null;
    const tell = (connection: Connection) => {
      this.#alone = connection.kind === "alone";
      this.#tell(options.onConnection, connection);
    };
    this.#listener = new Listener(options.clock ?? SYSTEM_CLOCK, tell, this.#current?.instance);
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    this.#tell(this.#options.onState, this.#state);
    this.#listener.hears({ kind: "network", online: isOnline() });
    onNetwork(signal, (online) => this.#listener.hears({ kind: "network", online }));
    onAttention(signal, () => this.#listener.hears({ kind: "woken" }));
    while (!signal.aborted && !this.#alone) {
      if (Date.now() >= this.#upgradeAt && (await this.#bySocket())) continue;
      if (!signal.aborted) await this.#byPoll();
    }
    this.#listener.close();
    this.#become({ kind: "stopped" });
  }

  /** False when the socket could not be opened; true when it was live, has ended, and the pause is over. */
  async #bySocket(): Promise<boolean> {
    const Socket = this.#options.WebSocket ?? globalThis.WebSocket;
    const url = this.#address("/ws", "ws");
    if (!Socket || !url) return this.#refused();
    this.#listener.hears({ kind: "asked" });
    const liveMs = await follow(Socket, {
      url,
      openTimeoutMs: OPEN_TIMEOUT_MS,
      silenceMs: SILENCE_MS,
      signal: this.#options.signal,
      onDocument: (document) => {
        this.#listener.hears({ kind: "answered", answer: { kind: "document", document } });
        this.#become({ kind: "live", transport: "websocket" });
        this.#take(document);
      },
      stillCurrent: () => this.#stillCurrent(),
    });
    if (this.#options.signal.aborted) return true;
    if (liveMs === 0) return this.#refused();
    this.#lost();
    // A socket that ends as soon as it opened must not be opened again at once, for ever.
    this.#failures = liveMs > this.#retry.maxMs ? 1 : this.#failures + 1;
    await pause(this.#retry.delay(this.#failures), this.#options.signal);
    return true;
  }

  #refused(): false {
    this.#refusals += 1;
    this.#upgradeAt = Date.now() + this.#upgrade.delay(this.#refusals);
    return false;
  }

  async #byPoll(): Promise<void> {
    const asked = Date.now();
    const answer = await this.#ask(this.#state.kind === "live" ? (this.#current?.revision ?? null) : null);
    if (this.#options.signal.aborted || this.#alone) return;
    if (answer.kind === "document" || answer.kind === "unchanged") {
      this.#failures = 0;
      this.#become({ kind: "live", transport: "long-poll" });
      const news = answer.kind === "document" && this.#take(answer.document);
      // Somebody on the way who answers at once with nothing new must not be asked again at once.
      if (!news && Date.now() - asked < this.#retry.minMs) await pause(this.#retry.minMs, this.#options.signal);
      return;
    }
    this.#lost();
    this.#failures += 1;
    this.#upgradeAt = 0;
    await pause(this.#retry.delay(this.#failures), this.#options.signal);
  }

  async #ask(after: number | null): Promise<Answer> {
    const url = this.#address("", "http");
    if (!url) return { kind: "unanswered" };
    this.#listener.hears({ kind: "asked" });
    const waitSeconds = this.#options.waitSeconds ?? 25;
    const waitMs = after === null ? 0 : waitSeconds * 1000;
    const timeoutMs = ANSWER_TIMEOUT_MS + waitMs;
    const answer = await ask({ url, after, waitSeconds, timeoutMs, signal: this.#options.signal });
    if (answer.kind !== "unanswered" && !this.#options.signal.aborted) this.#listener.hears({ kind: "answered", answer });
    return answer;
  }

  /** A newer document that did not come by the socket means that the socket is dead. */
  async #stillCurrent(): Promise<boolean> {
    const answer = await this.#ask(null);
    if (answer.kind !== "document") return false;
    return !this.#take(answer.document);
  }

  #take(document: RuntimeConfig): boolean {
    if (!supersedes(document, this.#current)) return false;
    this.#current = document;
    this.#tell(this.#options.onChange, document);
    return true;
  }

  #lost(): void {
    this.#listener.hears({ kind: "lost" });
    const since = this.#state.kind === "reconnecting" ? this.#state.since : Date.now();
    this.#become({ kind: "reconnecting", since });
  }

  #become(state: WatchState): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    if (state.kind === "live" && state.transport === "websocket") this.#refusals = 0;
    this.#tell(this.#options.onState, state);
  }

  #tell<T>(callback: ((value: T) => void) | undefined, value: T): void {
    try {
      callback?.(value);
    } catch (error) {
      console.error(error);
    }
  }

  #address(suffix: string, scheme: "http" | "ws"): string | null {
    try {
      const base = typeof location === "undefined" ? undefined : location.href;
      const url = new URL(this.#options.url ?? "/runtime-config", base);
      url.pathname += suffix;
      if (scheme === "ws") url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
      return url.href;
    } catch {
      return null;
    }
  }

  get #retry(): Backoff {
    return this.#options.retry ?? RETRY;
  }

  get #upgrade(): Backoff {
    return this.#options.upgrade ?? UPGRADE;
  }
}
