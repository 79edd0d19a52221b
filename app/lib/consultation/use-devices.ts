import { useCallback, useEffect, useRef, useState } from "react";
import type { Device } from "../call/device-problem";
import { devicesAllowedHere } from "../call/devices";
import { takeDevice, takeDevices, type Found } from "./take-devices";

export interface Devices extends Held {
  ask(): Promise<void>;
  toggle(device: Device): Promise<void>;
  choose(device: Device, deviceId: string): Promise<void>;
  /** Transfers the tracks to a call, which owns them from then on. */
  handOver(): MediaStreamTrack[];
}

interface Held extends Found {
  /** `blank` until the page asks for the devices; `asking` while the browser asks the visitor. */
  readonly state: "blank" | "asking" | "asked";
}

/** Holds camera and microphone before a call. Asks automatically where the visitor has already allowed both. */
export function useDevices(): Devices {
  const [held, setHeld] = useState<Held>({ state: "blank", problems: [] });
  const tracks = useRef<Held>(held);
  const mounted = useRef(false);
  const show = useCallback((next: Held) => {
    if (!mounted.current) return stop(next);
    tracks.current = next;
    setHeld(next);
  }, []);

  const ask = useCallback(async () => {
    stop(tracks.current);
    show({ state: "asking", problems: [] });
    const found = await takeDevices({ camera: true, microphone: true });
    show({ state: "asked", ...found });
  }, [show]);

  const take = async (device: Device, choice?: MediaTrackConstraints) => {
    const found = await takeDevice(device, choice);
    show({ ...tracks.current, state: "asked", [device]: found[device], problems: found.problems });
  };
  const toggle = async (device: Device) => {
    const track = tracks.current[device];
    if (!track) return take(device);
    track.stop();
    show({ ...tracks.current, [device]: undefined });
  };
  const choose = (device: Device, deviceId: string) => {
    // A phone runs only one camera.
    tracks.current[device]?.stop();
    return take(device, { deviceId: { exact: deviceId } });
  };

  useEffect(() => {
    mounted.current = true;
    void alreadyAllowed().then((allowed) => (allowed && mounted.current ? ask() : undefined));
    return () => {
      mounted.current = false;
      stop(tracks.current);
      tracks.current = { state: "blank", problems: [] };
    };
  }, [ask]);

  const handOver = () => {
    const { camera, microphone } = tracks.current;
    tracks.current = { state: "blank", problems: [] };
    return [microphone, camera].filter((track) => track !== undefined);
  };
  return { ...held, ask, toggle, choose, handOver };
}

/** Also false where the browser does not report it. */
async function alreadyAllowed(): Promise<boolean> {
  if (!devicesAllowedHere() || !navigator.permissions) return false;
  try {
    const asked = ["camera", "microphone"].map((name) => navigator.permissions.query({ name: name as PermissionName }));
    return (await Promise.all(asked)).every(({ state }) => state === "granted");
  } catch {
    return false;
  }
}

function stop({ camera, microphone }: Found): void {
  camera?.stop();
  microphone?.stop();
}
