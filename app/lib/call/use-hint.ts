import { useEffect, useState } from "react";
import { HINT_AFTER_MS, localNetworkPermission, mayBeAsked } from "./local-network";

/** True while a call connects slowly and the browser may be asking for access to the local network. */
export function useLocalNetworkHint(connecting: boolean): boolean {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!connecting) return;
    let over = false;
    const timer = setTimeout(async () => {
      const asked = mayBeAsked(await localNetworkPermission());
      if (!over) setShown(asked);
    }, HINT_AFTER_MS);
    return () => {
      over = true;
      clearTimeout(timer);
      setShown(false);
    };
  }, [connecting]);
  return shown;
}
