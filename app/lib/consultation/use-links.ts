import { useEffect, useState } from "react";
import { ApiFailed, listLinks, type LinkList } from "./api";
import { pause } from "./pause";

/** Pause between attempts while the server does not answer. */
const PAUSE_MS = 3_000;

export interface Links {
  /** Null until the first answer. */
  readonly list: LinkList | null;
  /** The server does not answer, so the list may be outdated. */
  readonly lost: boolean;
  readonly signedOut: boolean;
}

/** Returns the professional's current links; renders again at every change. */
export function useLinks(): Links {
  const [links, setLinks] = useState<Links>({ list: null, lost: false, signedOut: false });
  useEffect(() => {
    const mounted = new AbortController();
    void follow(mounted.signal, setLinks);
    return () => mounted.abort();
  }, []);
  return links;
}

async function follow(signal: AbortSignal, show: (change: (links: Links) => Links) => void): Promise<void> {
  let after: number | null = null;
  while (!signal.aborted) {
    try {
      const list = await listLinks(after, signal);
      if (signal.aborted) return;
      after = list.sequence;
      show(() => ({ list, lost: false, signedOut: false }));
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiFailed && error.status === 401) return show((links) => ({ ...links, signedOut: true }));
      after = null; // a restarted sidecar starts a new sequence
      show((links) => ({ ...links, lost: true }));
      await pause(PAUSE_MS, signal);
    }
  }
}
