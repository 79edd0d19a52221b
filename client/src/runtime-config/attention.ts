/**
 * Tells when the browser comes back: `online`, or the page is looked at again. Both mean that a pause is
 * over and that a socket which looks open may be dead (a phone slept). Silent where there is no browser.
 */
export function onAttention(signal: AbortSignal, wake: () => void): void {
  if (typeof window === "undefined" || typeof document === "undefined") return;
  window.addEventListener("online", wake, { signal });
  document.addEventListener(
    "visibilitychange",
    () => {
      if (document.visibilityState === "visible") wake();
    },
    { signal },
  );
}

/** Tells when the browser's network comes or goes. Silent where there is no browser. */
export function onNetwork(signal: AbortSignal, changed: (online: boolean) => void): void {
  if (typeof window === "undefined") return;
  for (const name of ["online", "offline"]) window.addEventListener(name, () => changed(isOnline()), { signal });
}

/** A page of this very machine needs no network. */
export function isOnline(): boolean {
  if (typeof navigator === "undefined" || typeof location === "undefined") return true;
  return navigator.onLine !== false || isThisMachine(location.hostname);
}

export function isThisMachine(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Ends after `ms`, at once when attention comes back, or when `signal` aborts; whichever is first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const over = new AbortController();
    const end = () => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true, signal: over.signal });
    onAttention(over.signal, end);
  });
}
