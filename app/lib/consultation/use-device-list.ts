import { useEffect, useState } from "react";

/** Returns the devices of a kind that have an id. `active`: the one in use; with it the browser may list more. */
export function useDeviceList(kind: MediaDeviceKind, active: string | undefined): readonly MediaDeviceInfo[] {
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  useEffect(() => {
    let over = false;
    const list = async () => {
      const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => null)) ?? [];
      if (!over) setDevices(all.filter((device) => device.kind === kind && device.deviceId !== ""));
    };
    void list();
    navigator.mediaDevices?.addEventListener("devicechange", list);
    return () => {
      over = true;
      navigator.mediaDevices?.removeEventListener("devicechange", list);
    };
  }, [kind, active]);
  return devices;
}
