import { deviceProblem, type Device } from "../call/device-problem";
import { devicesAllowedHere } from "../call/devices";
import type { KnownProblem } from "../messages";

export interface Found {
  readonly camera?: MediaStreamTrack | undefined;
  readonly microphone?: MediaStreamTrack | undefined;
  readonly problems: readonly KnownProblem[];
}

const CAMERA: MediaTrackConstraints = { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const MICROPHONE: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** Requests the devices together; where one is missing, the other alone. Never rejects. */
export async function takeDevices(wanted: Readonly<Record<Device, boolean>>, choice: MediaTrackConstraints = {}): Promise<Found> {
  if (!wanted.camera && !wanted.microphone) return { problems: [] };
  if (!devicesAllowedHere()) return { problems: ["insecure"] };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: wanted.camera && { ...CAMERA, ...choice },
      audio: wanted.microphone && { ...MICROPHONE, ...choice },
    });
    return { camera: stream.getVideoTracks()[0], microphone: stream.getAudioTracks()[0], problems: [] };
  } catch (error) {
    const problem = deviceProblem(error, wanted.camera ? "camera" : "microphone");
    if (problem === "denied" || !wanted.camera || !wanted.microphone) return { problems: [problem] };
  }
  const camera = await takeDevices({ camera: true, microphone: false }, choice);
  const microphone = await takeDevices({ camera: false, microphone: true }, choice);
  return { camera: camera.camera, microphone: microphone.microphone, problems: [...camera.problems, ...microphone.problems] };
}

/** Requests one device; `choice` selects among several. Never rejects. */
export function takeDevice(device: Device, choice: MediaTrackConstraints = {}): Promise<Found> {
  return takeDevices({ camera: device === "camera", microphone: device === "microphone" }, choice);
}
