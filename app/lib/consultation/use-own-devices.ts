import type { MediaCall } from "@sidelink/client/media";
import { useEffect, useReducer, useState } from "react";
import { OwnDevices } from "./own-devices";
import { takeDevice } from "./take-devices";

/** Returns the devices of the call that has published `tracks`, and renders again when they change. */
export function useOwnDevices(call: MediaCall, tracks: readonly MediaStreamTrack[]): OwnDevices {
  const [, changed] = useReducer((count: number) => count + 1, 0);
  const [own] = useState(() => new OwnDevices(call, tracks, takeDevice, changed));
  useEffect(() => {
    const onVisible = () => void (document.visibilityState === "visible" && own.restore());
    own.close(false);
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      own.close();
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [own]);
  return own;
}
