import { pause } from "./attention.js";
import { backoff, type Backoff } from "./backoff.js";
import type { RuntimeConfig } from "./document.js";
import { ask } from "./http.js";
import { listener, type Dispatch, type Listening } from "./listener.js";
import { follow, type SocketConstructor } from "./socket.js";

export interface WatchOptions extends Listening {
  /** Address of the document. */
  readonly url: URL;
  /** Backoff between attempts while nothing answers. */
  readonly retry?: Backoff;
  /** Backoff between attempts to reopen the WebSocket while the long poll works. */
  readonly upgrade?: Backoff;
  readonly waitSeconds?: number;
  readonly WebSocket?: SocketConstructor;
}

const RETRY = backoff(500, 15_000, 0.5);
const UPGRADE = backoff(15_000, 300_000, 0.3);

/**
 * Emits the document now and at every change until `signal` aborts: by WebSocket, by long poll while no WebSocket
 * opens, and by WebSocket again later. Never rejects.
 */
export function watchRuntimeConfig(options: WatchOptions): Promise<void> {
  const { url, signal, retry = RETRY, upgrade = UPGRADE, waitSeconds = 25, WebSocket = globalThis.WebSocket } = options;
  const [dispatch, setTransport] = listener(options);
  /** Revision that the long poll continues from. */
  let after: number | undefined;

  const onDocument = (document: RuntimeConfig) => {
    after = undefined;
    dispatch({ kind: "document", document });
    setTransport("websocket");
  };
  // A newer document that did not arrive by the socket means that the socket is dead.
  const stillCurrent = async () => {
    const answer = await ask(url, signal);
    return !dispatch(answer) && answer.kind === "document";
  };
  const bySocket = () => follow(WebSocket, url, signal, onDocument, stillCurrent);
  const byPoll = async (): Promise<boolean> => {
    const asked = Date.now();
    const answer = await ask(url, signal, after, waitSeconds);
    const isNews = dispatch(answer);
    if (answer.kind === "document") after = answer.document.revision;
    else if (answer.kind !== "unchanged") {
      after = undefined;
      return false;
    }
    setTransport("long-poll");
    // A proxy that answers at once with nothing new must not get the next request at once.
    if (!isNews && Date.now() - asked < retry.minMs) await pause(retry.minMs, signal);
    return true;
  };
  return keepTrying(signal, retry, upgrade, dispatch, bySocket, byPoll);
}

/** Tries the socket first, polls while that does not open, and pauses after a failure, until `signal` aborts. */
async function keepTrying(
  signal: AbortSignal,
  retry: Backoff,
  upgrade: Backoff,
  dispatch: Dispatch,
  /** Resolves with the milliseconds that the socket was live. */
  bySocket: () => Promise<number>,
  /** Resolves with whether the poll works. */
  byPoll: () => Promise<boolean>,
): Promise<void> {
  let failures = 0;
  let refusals = 0;
  let upgradeAt = 0;
  while (!signal.aborted) {
    let liveMs = 0;
    dispatch({ kind: "asked" });
    if (Date.now() >= upgradeAt) {
      liveMs = await bySocket();
      if (liveMs) refusals = 0;
      else upgradeAt = Date.now() + upgrade.delay(++refusals);
    }
    if (!liveMs && (await byPoll())) failures = 0;
    else {
      dispatch({ kind: "lost" });
      // A socket that ends as soon as it opens must not be reopened without a pause.
      failures = liveMs > retry.maxMs ? 1 : failures + 1;
      upgradeAt = 0;
      await pause(retry.delay(failures), signal);
    }
  }
}
