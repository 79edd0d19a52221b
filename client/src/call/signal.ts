/**
 * The part of livekit-client's engine that decides where signalling reconnects to. None of it is public: read from
 * 2.23 (`RTCEngine.resumeConnection`), where each attempt uses `url` and `token` as they stand then, and keeps the
 * peer connections. So each is looked at before it is touched, and where one is missing nothing is done.
 */
interface Engine {
  url?: unknown;
  token?: unknown;
  /** An attempt is running or set for later. */
  readonly pendingReconnect?: unknown;
  attemptReconnect?: unknown;
}

/** The host that signalling goes to, or null where that cannot be told. */
export function signalHost(engine: object | undefined): string | null {
  const { url } = (engine ?? {}) as Engine;
  return typeof url === "string" && URL.canParse(url) ? new URL(url).host : null;
}

export function isReconnecting(engine: object | undefined): boolean {
  return (engine as Engine | undefined)?.pendingReconnect === true;
}

/**
 * Has signalling resume at `livekitUrl`: at once when it is reconnecting, else when the present connection ends.
 * False where this version of livekit-client cannot do it.
 */
export function moveSignal(engine: object | undefined, livekitUrl: string, token: string | null): boolean {
  const inside = engine as Engine | undefined;
  if (!inside || signalHost(engine) === null) return false;
  inside.url = livekitUrl;
  if (token !== null && typeof inside.token === "string") inside.token = token;
  // An attempt that runs already makes this one end at once; the next one comes after the policy's pause.
  if (isReconnecting(engine) && typeof inside.attemptReconnect === "function") void inside.attemptReconnect();
  return true;
}
