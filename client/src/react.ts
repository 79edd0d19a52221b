import { useCallback, useMemo, useRef, useSyncExternalStore } from "react";
import { followPreparing, INITIAL_PREPARING, type Preparing } from "./preparing.js";
import { INITIAL_WATCHED, runtimeConfig, type RuntimeConfigHandle, type RuntimeConfigOptions, type Watched } from "./runtime-config/runtime-config.js";

export interface Following extends Watched {
  /** As `RuntimeConfigHandle.moveTo`, for every component that uses this configuration. */
  readonly moveTo: (publicUrl: string) => void;
}

/**
 * Returns the current runtime configuration and renders again at every change. Components with the same `url` share
 * one connection and the options of the first component.
 */
export function useRuntimeConfig(options: Pick<RuntimeConfigOptions, "url" | "defaults"> = {}): Following {
  const { url = "/runtime-config" } = options;
  const first = useRef(options).current;
  const subscribe = useCallback((changed: () => void) => share(url, first, changed), [url, first]);
  const now = useSyncExternalStore(subscribe, () => shared.get(url)?.handle.now ?? INITIAL_WATCHED, () => INITIAL_WATCHED);
  const moveTo = useCallback((publicUrl: string) => move(url, publicUrl), [url]);
  return useMemo(() => ({ ...now, moveTo }), [now, moveTo]);
}

/** Returns what the stack waits for while it is not ready; see `Preparing`. */
export function usePreparing(url?: string): Preparing {
  const followed = useMemo(() => {
    let now = INITIAL_PREPARING;
    const subscribe = (changed: () => void) => {
      const mounted = new AbortController();
      const onChange = (next: Preparing) => {
        now = next;
        changed();
      };
      followPreparing({ url, signal: mounted.signal, onChange });
      return () => mounted.abort();
    };
    return { subscribe, now: () => now };
  }, [url]);
  return useSyncExternalStore(followed.subscribe, followed.now, () => INITIAL_PREPARING);
}

/** Connections by address, open while a component uses them. */
const shared = new Map<string, { readonly handle: RuntimeConfigHandle; users: number }>();

/** The public URL that each connection moved to, for components that mount after all others are gone. */
const movedTo = new Map<string, string>();

function move(url: string, publicUrl: string): void {
  shared.get(url)?.handle.moveTo(publicUrl);
  movedTo.set(url, publicUrl);
}

function open(url: string, options: RuntimeConfigOptions): { handle: RuntimeConfigHandle; users: number } {
  const handle = runtimeConfig({ ...options, url });
  const moved = movedTo.get(url);
  if (moved) handle.moveTo(moved);
  return { handle, users: 0 };
}

function share(url: string, options: RuntimeConfigOptions, changed: () => void): () => void {
  const entry = shared.get(url) ?? open(url, options);
  entry.users += 1;
  shared.set(url, entry);
  const unsubscribe = entry.handle.subscribe(changed);
  return () => {
    unsubscribe();
    entry.users -= 1;
    if (entry.users > 0) return;
    shared.delete(url);
    entry.handle.close();
  };
}
