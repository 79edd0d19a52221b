import type { ConnectOptions, MediaCall, Missing } from "./types.js";

/**
 * Joins the call on the first rung that works and moves it to a better one. Resolves before the call is connected:
 * `state` and the event `ended` report how that goes. Rejects only when `signal` is aborted already.
 */
export async function connect(options: ConnectOptions): Promise<MediaCall> {
  options.signal?.throwIfAborted();
  const [{ ALL_RUNGS, Ladder }, { browserWays }, support, { reportConnection }] = await loadLadder();
  options.signal?.throwIfAborted();
  const ladder = new Ladder(options, support, browserWays(support, options.rungs ?? ALL_RUNGS));
  const call = ladder.start();
  if (options.reportsConnection ?? true) reportConnection(ladder, call);
  return call;
}

/** Returns what a call through the tunnel lacks in this browser. Known before joining. */
export async function missing(): Promise<readonly Missing[]> {
  const [support, { missingOf }] = await Promise.all([askBrowser(), import("./support.js")]);
  return missingOf(support);
}

/** Loads what `connect` needs, e.g. while the visitor types a name. */
export async function preload(): Promise<void> {
  const [{ preloadEngine }] = await Promise.all([
    import("./tunnel/engine-host.js"), import("./tunnel/transport.js"), import("./webrtc/transport.js"), loadLadder(),
    import("livekit-client").catch(() => undefined), // optional
  ]);
  preloadEngine();
}

const askBrowser = () => import("./browser-support.js").then(({ browserSupport }) => browserSupport());
const loadLadder = () => Promise.all([import("./ladder.js"), import("./ways.js"), askBrowser(), import("./report/reporter.js")]);
