import { parseRuntimeConfig, type RuntimeConfig } from "./document.js";
import { onAttention, onNetwork } from "./attention.js";

/** What is used of the browser's `WebSocket`, so that another one can stand in where there is none. */
export type SocketConstructor = new (url: string) => Pick<WebSocket, "addEventListener" | "close">;

export interface Following {
  readonly url: string;
  readonly openTimeoutMs: number;
  /** Without a message for so long the connection is doubted: a browser sees no pings. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
  readonly onDocument: (document: RuntimeConfig) => void;
  /** Asked when in doubt; false closes the socket. */
  readonly stillCurrent: () => Promise<boolean>;
}

/**
 * Follows the document by WebSocket until the socket ends. Answers how many milliseconds it was live, counted
 * from the first document; 0 when it could not be opened. Never rejects.
 */
export function follow(Socket: SocketConstructor, following: Following): Promise<number> {
  return new Promise((resolve) => {
    const over = new AbortController();
    let socket: InstanceType<SocketConstructor> | undefined;
    let liveSince: number | null = null;
    let doubting = false;

    const end = () => {
      if (over.signal.aborted) return;
      clearTimeout(timer);
      over.abort();
      socket?.close();
      resolve(liveSince === null ? 0 : Math.max(1, Date.now() - liveSince));
    };
    const doubt = async () => {
      if (liveSince === null) return end();
      if (doubting) return;
      doubting = true;
      const current = await following.stillCurrent();
      doubting = false;
      if (over.signal.aborted) return;
      if (!current) return end();
      restart(following.silenceMs);
    };
    let timer = setTimeout(doubt, following.openTimeoutMs);
    const restart = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(doubt, ms);
    };

    try {
      socket = new Socket(following.url);
    } catch {
      return end();
    }
    socket.addEventListener("message", (event) => {
      if (over.signal.aborted) return;
      const document = read(event.data);
      if (document === null) return;
      liveSince ??= Date.now();
      restart(following.silenceMs);
      following.onDocument(document);
    });
    socket.addEventListener("close", end);
    socket.addEventListener("error", end);
    following.signal.addEventListener("abort", end, { once: true, signal: over.signal });
    if (following.signal.aborted) end();
    onAttention(over.signal, () => {
      if (liveSince !== null) void doubt();
    });
    // A socket whose network went looks open for as long as nobody asks.
    onNetwork(over.signal, (online) => {
      if (!online && liveSince !== null) void doubt();
    });
  });
}

function read(data: unknown): RuntimeConfig | null {
  try {
    return parseRuntimeConfig(JSON.parse(String(data)));
  } catch {
    return null;
  }
}
