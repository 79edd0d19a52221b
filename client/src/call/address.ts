/** The new address of the stack. */
export interface Address {
  /** `https://…` */
  readonly publicUrl: string;
  /** `wss://…`, on the same host. */
  readonly livekitUrl: string;
}

/** Upper bound; the real message has about 150 bytes. */
const MAX_BYTES = 1_024;

/** Reads the message that the sidecar sends into a room; returns null for anything else. */
export function readAddress(payload: Uint8Array): Address | null {
  if (payload.byteLength > MAX_BYTES) return null;
  try {
    const message = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    if (message.type !== "address") return null;
    const page = readOrigin(message.publicUrl, "https:");
    const signal = readOrigin(message.livekitUrl, "wss:");
    return page && page.host === signal?.host ? { publicUrl: page.origin, livekitUrl: `wss://${signal.host}` } : null;
  } catch {
    return null;
  }
}

/** Returns null unless `text` is only a scheme and a host. */
function readOrigin(text: unknown, scheme: string): URL | null {
  if (typeof text !== "string") return null;
  const url = new URL(text);
  return url.protocol === scheme && url.href === `${scheme}//${url.host}/` ? url : null;
}
