import { createLocalTracks, LocalAudioTrack, LocalVideoTrack, MediaDeviceFailure, type LocalTrack } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";
import { devicesAllowedHere, type Device } from "../call/devices";
import { deviceProblem } from "../call/problem";
import type { KnownProblem } from "../messages";

export interface Devices {
  /** `blank` until the page asks for the devices; `asking` while the browser asks the visitor. */
  readonly state: "blank" | "asking" | "asked";
  readonly camera: LocalVideoTrack | undefined;
  readonly microphone: LocalAudioTrack | undefined;
  readonly problems: readonly KnownProblem[];
  ask(): Promise<void>;
  toggle(device: Device): Promise<void>;
  /** Transfers the tracks to a call, which owns them from then on. */
  handOver(): LocalTrack[];
}

interface Held {
  readonly state: Devices["state"];
  readonly camera?: LocalVideoTrack | undefined;
  readonly microphone?: LocalAudioTrack | undefined;
  readonly problems: readonly KnownProblem[];
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

  const toggle = useCallback(async (device: Device) => {
    const { current } = tracks;
    const track = current[device];
    if (track) {
      track.stop();
      return show({ ...current, [device]: undefined });
    }
    const found = await takeDevices({ camera: device === "camera", microphone: device === "microphone" });
    show({ ...tracks.current, state: "asked", [device]: found[device], problems: found.problems });
  }, [show]);

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
  return { camera: undefined, microphone: undefined, ...held, ask, toggle, handOver };
}

interface Found {
  readonly camera?: LocalVideoTrack | undefined;
  readonly microphone?: LocalAudioTrack | undefined;
  readonly problems: readonly KnownProblem[];
}

/** Requests the devices together; where one is missing, the other alone. Never rejects. */
export async function takeDevices(wanted: { camera: boolean; microphone: boolean }): Promise<Found> {
  if (!wanted.camera && !wanted.microphone) return { problems: [] };
  if (!devicesAllowedHere()) return { problems: ["insecure"] };
  try {
    const tracks = await createLocalTracks({ video: wanted.camera && { facingMode: "user" }, audio: wanted.microphone });
    return {
      camera: tracks.find((track) => track instanceof LocalVideoTrack),
      microphone: tracks.find((track) => track instanceof LocalAudioTrack),
      problems: [],
    };
  } catch (error) {
    if (!wanted.camera || !wanted.microphone) return { problems: [deviceProblem(error, wanted.camera ? "camera" : "microphone")] };
    if (MediaDeviceFailure.getFailure(error) === MediaDeviceFailure.PermissionDenied) return { problems: ["denied"] };
  }
  const camera = await takeDevices({ camera: true, microphone: false });
  const microphone = await takeDevices({ camera: false, microphone: true });
  return { camera: camera.camera, microphone: microphone.microphone, problems: [...camera.problems, ...microphone.problems] };
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

function stop({ camera, microphone }: Held): void {
  camera?.stop();
  microphone?.stop();
}
