/**
 * Tells when the browser's network comes or goes, and when the page is looked at again: a pause is over then, and a
 * socket that looks open may be dead (a phone slept). Silent where there is no browser.
 */
export function onAttention(signal: AbortSignal, wake: () => void): void {
  if (typeof window === "undefined") return;
  window.addEventListener("online", wake, { signal });
  window.addEventListener("offline", wake, { signal });
  document.addEventListener("visibilitychange", () => document.hidden || wake(), { signal });
}

/** A page of this very machine needs no network. */
export function isOnline(): boolean {
  return globalThis.navigator?.onLine !== false || isThisMachine(location.hostname);
}

export function isThisMachine(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Calls `end` when `signal` aborts, at once when it has; not after `until`. */
export function onAbort(signal: AbortSignal, end: () => void, until?: AbortSignal): void {
  signal.addEventListener("abort", end, { signal: until });
  if (signal.aborted) end();
}

/**
 * Aborts after `ms`, with `signal`, or when the caller does it; calls `ended` then. To be aborted in any case: that
 * is what lets go of the timer and of `signal`.
 */
export function limit(ms: number, signal: AbortSignal, ended?: () => void): AbortController {
  const over = new AbortController();
  const end = () => over.abort();
  const timer = setTimeout(end, ms);
  over.signal.addEventListener("abort", () => {
    clearTimeout(timer);
    ended?.();
  });
  onAbort(signal, end, over.signal);
  return over;
}

/** Ends after `ms`, at once when attention comes back, or when `signal` aborts; whichever is first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = limit(ms, signal, resolve);
    onAttention(over.signal, () => over.abort());
  });
}
