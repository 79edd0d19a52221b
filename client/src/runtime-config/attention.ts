/**
 * Calls `wake` when the browser's network comes or goes, and when the page becomes visible again. A pause then ends,
 * and a socket that looks open may be dead, because a phone was suspended. Does nothing outside a browser.
 */
export function onAttention(signal: AbortSignal, wake: () => void): void {
  if (typeof window === "undefined") return;
  window.addEventListener("online", wake, { signal });
  window.addEventListener("offline", wake, { signal });
  document.addEventListener("visibilitychange", () => document.hidden || wake(), { signal });
}

/** A page that this machine serves needs no network. */
export function isOnline(): boolean {
  return globalThis.navigator?.onLine !== false || isThisMachine(location.hostname);
}

export function isThisMachine(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Calls `end` when `signal` aborts, or at once if it already has; not after `until` aborts. */
export function onAbort(signal: AbortSignal, end: () => void, until?: AbortSignal): void {
  signal.addEventListener("abort", end, { signal: until });
  if (signal.aborted) end();
}

/**
 * Returns a controller that aborts after `ms` or with `signal`, and calls `ended` then. The caller must abort it in
 * any case, because that releases the timer and the listener on `signal`.
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

/** Resolves after `ms`, when the network or the page comes back, or when `signal` aborts, whichever is first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = limit(ms, signal, resolve);
    onAttention(over.signal, () => over.abort());
  });
}
