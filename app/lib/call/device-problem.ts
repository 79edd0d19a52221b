import type { KnownProblem } from "../messages";

export type Device = "camera" | "microphone";

/** Returns the problem that an error of `getUserMedia` stands for. Older browsers have the second name of each. */
export function deviceProblem(error: unknown, device: Device): KnownProblem {
  switch (error instanceof Error ? error.name : "") {
    case "NotAllowedError":
    case "PermissionDeniedError":
      return "denied";
    case "NotFoundError":
    case "DevicesNotFoundError":
      return `${device}Missing`;
    case "NotReadableError":
    case "TrackStartError":
      return `${device}Busy`;
    default:
      return `${device}Failed`;
  }
}
