import { readRuntimeConfig, type RuntimeConfig } from "./document.js";
import { onAbort, onAttention } from "./attention.js";

/** The part of the browser's `WebSocket` that is used, so that a test can pass another implementation. */
export type SocketConstructor = new (url: string) => Pick<WebSocket, "addEventListener" | "close">;

const OPEN_TIMEOUT_MS = 8_000;
/**
 * After this long without a message the connection is checked. A browser reports no pings, and the sidecar sends the
 * document at least every 65 s.
 */
const SILENCE_MS = 75_000;

/**
 * Follows the document at `url` by WebSocket until the socket ends. Resolves with the milliseconds since the first
 * document; with 0 when the socket did not open, or where there is no WebSocket. Never rejects.
 */
export function follow(
  Socket: SocketConstructor,
  url: URL,
  signal: AbortSignal,
  onDocument: (document: RuntimeConfig) => void,
  /** Called to check the connection; false closes the socket. */
  stillCurrent: () => Promise<boolean>,
): Promise<number> {
  const address = new URL(url.href.replace("http", "ws"));
  address.pathname += "/ws";
  return new Promise<number>((resolve) => {
    const socket = new Socket(address.href);
    const over = new AbortController();
    let liveSince = 0;
    let trusted = false;

    const end = () => {
      clearTimeout(timer);
      over.abort();
      socket.close();
      resolve(liveSince && Date.now() - liveSince + 1);
    };
    const doubt = async () => {
      if (!trusted) return;
      trusted = false;
      if (!(await stillCurrent())) end();
      else if (!over.signal.aborted) trust();
    };
    const trust = () => {
      trusted = true;
      clearTimeout(timer);
      timer = setTimeout(doubt, SILENCE_MS);
    };
    let timer = setTimeout(end, OPEN_TIMEOUT_MS);

    socket.addEventListener("message", ({ data }) => {
      const document = readRuntimeConfig(data);
      if (!document || over.signal.aborted) return;
      liveSince ||= Date.now();
      trust();
      onDocument(document);
    });
    socket.addEventListener("close", end);
    socket.addEventListener("error", end);
    onAbort(signal, end, over.signal);
    onAttention(over.signal, doubt);
  }).catch(() => 0);
}
