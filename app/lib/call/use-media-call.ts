import type { MediaCall } from "@sidelink/client/media";
import { useCallback, useRef, useSyncExternalStore } from "react";

/** Returns the call, and renders again at every change of it. */
export function useMediaCall(call: MediaCall): MediaCall {
  const changes = useRef(0);
  const subscribe = useCallback(
    (render: () => void) => {
      changes.current += 1; // covers what changed between the first render and this subscription
      return call.on("change", () => {
        changes.current += 1;
        render();
      });
    },
    [call],
  );
  useSyncExternalStore(subscribe, () => changes.current);
  return call;
}
