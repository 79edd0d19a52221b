import type { LocalParticipant } from "livekit-client";
import type { KnownProblem } from "../messages";
import { deviceProblem, type Device } from "./device-problem";

/** Whether this page may use camera and microphone: browsers require https or localhost. */
export function devicesAllowedHere(): boolean {
  return window.isSecureContext && navigator.mediaDevices !== undefined;
}

/** Asks once for both devices. Where one is missing, turns the other on. */
export async function turnBothOn(local: LocalParticipant): Promise<KnownProblem[]> {
  if (!devicesAllowedHere()) return ["insecure"];
  try {
    await local.enableCameraAndMicrophone();
    return [];
  } catch (error) {
    if (deviceProblem(error, "camera") === "denied") return ["denied"];
  }
  const found = [await turn(local, "camera", true), await turn(local, "microphone", true)];
  return found.filter((problem) => problem !== null);
}

export async function turn(local: LocalParticipant, device: Device, on: boolean): Promise<KnownProblem | null> {
  if (on && !devicesAllowedHere()) return "insecure";
  try {
    await (device === "camera" ? local.setCameraEnabled(on) : local.setMicrophoneEnabled(on));
    return null;
  } catch (error) {
    return deviceProblem(error, device);
  }
}
