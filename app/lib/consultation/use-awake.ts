import { useEffect } from "react";

/** Keeps the screen on where the browser supports it, because a phone that locks stops its camera. */
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
    // The browser releases the lock whenever the page is hidden.
    document.addEventListener("visibilitychange", hold);
    return () => {
      over = true;
      document.removeEventListener("visibilitychange", hold);
      void lock?.release();
    };
  }, []);
}
