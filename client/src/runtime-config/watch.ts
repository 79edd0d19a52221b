import { pause } from "./attention.js";
import { backoff, type Backoff } from "./backoff.js";
import type { RuntimeConfig } from "./document.js";
import { ask } from "./http.js";
import { listener, type Hears, type Listening } from "./listener.js";
import { follow, type SocketConstructor } from "./socket.js";

export interface WatchOptions extends Listening {
  /** Where the document is. */
  readonly url: URL;
  /** Between attempts while nothing answers. */
  readonly retry?: Backoff;
  /** Between attempts to get the WebSocket back while the long poll works. */
  readonly upgrade?: Backoff;
  readonly waitSeconds?: number;
  readonly WebSocket?: SocketConstructor;
}

const RETRY = backoff(500, 15_000, 0.5);
const UPGRADE = backoff(15_000, 300_000, 0.3);

/**
 * Tells the document now and at every change until `signal` aborts: by WebSocket, by long poll while that cannot be
 * opened, by WebSocket again later. Never rejects.
 */
export function watchRuntimeConfig(options: WatchOptions): Promise<void> {
  const { url, signal, retry = RETRY, upgrade = UPGRADE, waitSeconds = 25, WebSocket = globalThis.WebSocket } = options;
  const [hears, follows] = listener(options);
  /** Of the document that the long poll goes on from. */
  let after: number | undefined;

  const onDocument = (document: RuntimeConfig) => {
    after = undefined;
    hears({ kind: "document", document });
    follows("websocket");
  };
  // A newer document that did not come by the socket means that the socket is dead.
  const stillCurrent = async () => {
    const answer = await ask(url, signal);
    return !hears(answer) && answer.kind === "document";
  };
  const bySocket = () => follow(WebSocket, url, signal, onDocument, stillCurrent);
  const byPoll = async (): Promise<boolean> => {
    const asked = Date.now();
    const answer = await ask(url, signal, after, waitSeconds);
    const isNews = hears(answer);
    if (answer.kind === "document") after = answer.document.revision;
    else if (answer.kind !== "unchanged") {
      after = undefined;
      return false;
    }
    follows("long-poll");
    // Somebody on the way who answers at once with nothing new must not be asked again at once.
    if (!isNews && Date.now() - asked < retry.minMs) await pause(retry.minMs, signal);
    return true;
  };
  return keepTrying(signal, retry, upgrade, hears, bySocket, byPoll);
}

/** The socket first; the poll while that does not open; a pause after what fails. Until `signal` aborts. */
async function keepTrying(
  signal: AbortSignal,
  retry: Backoff,
  upgrade: Backoff,
  hears: Hears,
  /** Answers for how many milliseconds it was live. */
  bySocket: () => Promise<number>,
  /** Answers whether it works. */
  byPoll: () => Promise<boolean>,
): Promise<void> {
  let failures = 0;
  let refusals = 0;
  let upgradeAt = 0;
  while (!signal.aborted) {
    let liveMs = 0;
    hears({ kind: "asked" });
    if (Date.now() >= upgradeAt) {
      liveMs = await bySocket();
      if (liveMs) refusals = 0;
      else upgradeAt = Date.now() + upgrade.delay(++refusals);
    }
    if (!liveMs && (await byPoll())) failures = 0;
    else {
      hears({ kind: "lost" });
      // A socket that ends as soon as it opened must not be opened again at once, for ever.
      failures = liveMs > retry.maxMs ? 1 : failures + 1;
      upgradeAt = 0;
      await pause(retry.delay(failures), signal);
    }
  }
}
