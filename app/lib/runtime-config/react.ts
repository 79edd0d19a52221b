import { useEffect, useState } from "react";
import type { Connection } from "./connection";
import type { RuntimeConfig } from "./document";
import { watchRuntimeConfig, type WatchState } from "./watch";

export interface Watched {
  /** Of the stack that this page came from; null until its first document came. */
  readonly config: RuntimeConfig | null;
  readonly state: WatchState;
  /** Whether this page is in touch, and if not, why. */
  readonly connection: Connection;
}

/** The runtime configuration as it is now; renders again at every change. */
export function useRuntimeConfig(url?: string): Watched {
  const [config, setConfig] = useState<RuntimeConfig | null>(null);
  const [state, setState] = useState<WatchState>({ kind: "connecting" });
  const [connection, setConnection] = useState<Connection>({ kind: "connecting" });
  useEffect(() => {
    const mounted = new AbortController();
    watchRuntimeConfig({
      url,
      onChange: (document) => setConfig((held) => (isAnothers(document, held) ? held : document)),
      onState: setState,
      onConnection: setConnection,
      signal: mounted.signal,
    });
    return () => mounted.abort();
  }, [url]);
  return { config, state, connection };
}

/** What somebody else under the same address says is not shown as if it were news. */
function isAnothers(document: RuntimeConfig, held: RuntimeConfig | null): boolean {
  return held !== null && held.instance !== null && document.instance !== null && document.instance !== held.instance;
}
