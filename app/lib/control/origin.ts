import type { IncomingHttpHeaders } from "node:http";

/**
 * Returns LiveKit's address on the page's origin, where the gateway serves it; null for a request
 * without a valid host.
 */
export function livekitUrlOf({ host, "x-forwarded-proto": scheme }: IncomingHttpHeaders): string | null {
  if (!host || !/^[A-Za-z0-9.\-:[\]]+$/.test(host)) return null;
  return `${scheme === "https" ? "wss" : "ws"}://${host}`;
}
