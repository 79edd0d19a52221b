import type { ConnectOptions, MediaCall } from "./types.js";

/**
 * Joins the call on the first rung that works and moves it to a better one. Resolves before the call is connected:
 * `state` and the event `ended` report how that goes. Rejects only when `signal` is aborted already.
 */
export async function connect(options: ConnectOptions): Promise<MediaCall> {
  options.signal?.throwIfAborted();
  const [{ ALL_RUNGS, Ladder }, { browserWays }, { readSupport }] = await loadLadder();
  options.signal?.throwIfAborted();
  const support = readSupport();
  return new Ladder(options, support, browserWays(support, options.rungs ?? ALL_RUNGS)).start();
}

/** Loads what `connect` needs, e.g. while the visitor types a name. */
export async function preload(): Promise<void> {
  const [{ preloadEngine }] = await Promise.all([
    import("./tunnel/engine-host.js"), import("./tunnel/transport.js"), import("./webrtc/transport.js"), loadLadder(),
    import("livekit-client").catch(() => undefined), // optional
  ]);
  preloadEngine();
}

const loadLadder = () => Promise.all([import("./ladder.js"), import("./ways.js"), import("./support.js")]);
