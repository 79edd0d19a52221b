import { useEffect, useState } from "react";
import { LinkError, linkInfo, type LinkInfo } from "@sidelink/client";
import { pause } from "./pause";

export type LinkState =
  | { readonly kind: "looking" }
  /** The request is repeated automatically. */
  | { readonly kind: "waiting"; readonly error: LinkError }
  /** Wrong, expired or ended. */
  | { readonly kind: "closed" }
  | { readonly kind: "open"; readonly info: LinkInfo };

const FALLBACK_SECONDS = 3;

/** Returns what a link is for, as soon as the stack answers. */
export function useLink(token: string): LinkState {
  const [state, setState] = useState<LinkState>({ kind: "looking" });
  useEffect(() => {
    const mounted = new AbortController();
    void look(token, mounted.signal, setState);
    return () => mounted.abort();
  }, [token]);
  return state;
}

async function look(token: string, signal: AbortSignal, show: (state: LinkState) => void): Promise<void> {
  while (!signal.aborted) {
    try {
      const info = await linkInfo(token, { signal });
      return void (signal.aborted || show({ kind: "open", info }));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof LinkError)) throw error;
      if (error.status === 404) return show({ kind: "closed" });
      show({ kind: "waiting", error });
      await pause(pauseSeconds(error) * 1000, signal);
    }
  }
}

/** Seconds until the next attempt: the server's value, between 1 and 60. */
export function pauseSeconds({ retryAfter }: LinkError): number {
  return Math.min(Math.max(retryAfter ?? FALLBACK_SECONDS, 1), 60);
}
