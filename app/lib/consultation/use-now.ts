import { useEffect, useState } from "react";

/**
 * Returns the time, Unix ms, and renders again every `everyMs`. Null in the first render, so that
 * server and browser agree.
 */
export function useNow(everyMs = 1_000): number | null {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
