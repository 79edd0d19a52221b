/**
 * The part of livekit-client's engine that decides where signalling reconnects to. It is not public API. In 2.23
 * (`RTCEngine.resumeConnection`) each attempt reads the current `url` and `token` and keeps the peer connections. Each
 * property is therefore checked before use, and nothing happens where one is missing.
 */
interface Engine {
  url?: unknown;
  token?: unknown;
  /** An attempt is running or scheduled. */
  readonly pendingReconnect?: unknown;
  attemptReconnect?: unknown;
}

/** Returns the host that signalling uses, or null where it is not known. */
export function signalHost(engine: object | undefined): string | null {
  const { url } = (engine ?? {}) as Engine;
  return typeof url === "string" && URL.canParse(url) ? new URL(url).host : null;
}

/** Whether an attempt to reconnect is running or scheduled. */
export function isReconnecting(engine: object | undefined): boolean {
  return (engine as Engine | undefined)?.pendingReconnect === true;
}

/**
 * Makes signalling resume at `livekitUrl`: at once while it reconnects, otherwise when the current connection ends.
 * Returns false where this version of livekit-client does not support that.
 */
export function moveSignal(engine: object | undefined, livekitUrl: string, token: string | null): boolean {
  const inside = engine as Engine | undefined;
  if (!inside || signalHost(engine) === null) return false;
  inside.url = livekitUrl;
  if (token !== null && typeof inside.token === "string") inside.token = token;
  // While another attempt runs, this call returns at once, and the next attempt follows after the policy's pause.
  if (isReconnecting(engine) && typeof inside.attemptReconnect === "function") void inside.attemptReconnect();
  return true;
}
