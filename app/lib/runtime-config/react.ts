import { useEffect, useState } from "react";
import type { RuntimeConfig } from "./document";
import { watchRuntimeConfig, type WatchState } from "./watch";

export interface Watched {
  /** Null until the first document came. */
  readonly config: RuntimeConfig | null;
  readonly state: WatchState;
}

/** The runtime configuration as it is now; renders again at every change. */
export function useRuntimeConfig(url?: string): Watched {
  const [config, setConfig] = useState<RuntimeConfig | null>(null);
  const [state, setState] = useState<WatchState>({ kind: "connecting" });
  useEffect(() => {
    const mounted = new AbortController();
    watchRuntimeConfig({ url, onChange: setConfig, onState: setState, signal: mounted.signal });
    return () => mounted.abort();
  }, [url]);
  return { config, state };
}
