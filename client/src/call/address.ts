/** Where the stack is reached from now on. */
export interface Address {
  /** `https://…` */
  readonly publicUrl: string;
  /** `wss://…`, the same host. */
  readonly livekitUrl: string;
}

/** The real one has some 150. */
const LONGEST_BYTES = 1_024;

/** Reads what the sidecar sends into a room; null unless it is exactly that. */
export function readAddress(payload: Uint8Array): Address | null {
  if (payload.byteLength > LONGEST_BYTES) return null;
  try {
    const message = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    if (message.type !== "address") return null;
    const page = bare(message.publicUrl, "https:");
    const signal = bare(message.livekitUrl, "wss:");
    return page && page.host === signal?.host ? { publicUrl: page.origin, livekitUrl: `wss://${signal.host}` } : null;
  } catch {
    return null;
  }
}

/** Null unless `text` is a scheme and a host and nothing else. */
function bare(text: unknown, scheme: string): URL | null {
  if (typeof text !== "string") return null;
  const url = new URL(text);
  return url.protocol === scheme && url.href === `${scheme}//${url.host}/` ? url : null;
}
