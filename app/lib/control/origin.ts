import type { IncomingHttpHeaders } from "node:http";

/** LiveKit on the page's own origin, where the gateway has it; null when a request does not say where it came in. */
export function livekitUrlOf({ host, "x-forwarded-proto": scheme }: IncomingHttpHeaders): string | null {
  if (!host || !/^[A-Za-z0-9.\-:[\]]+$/.test(host)) return null;
  return `${scheme === "https" ? "wss" : "ws"}://${host}`;
}
