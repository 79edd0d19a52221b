import { useEffect } from "react";

/** Keeps a phone's screen on: a phone that locks itself ends its camera. Where the browser cannot, nothing is lost. */
export function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const hold = async () => {
      if (over || document.visibilityState !== "visible" || !navigator.wakeLock) return;
      const held = await navigator.wakeLock.request("screen").catch(() => null);
      if (over) void held?.release();
      else lock = held;
    };
    void hold();
    // The browser lets go of it whenever the page is hidden.
    document.addEventListener("visibilitychange", hold);
    return () => {
      over = true;
      document.removeEventListener("visibilitychange", hold);
      void lock?.release();
    };
  }, []);
}
