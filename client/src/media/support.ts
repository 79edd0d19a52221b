import type { Missing } from "./types.js";

/** What the page can do through the tunnel. */
export interface Support {
  readonly sendVideo: boolean;
  readonly sendAudio: boolean;
  readonly receiveVideo: boolean;
  readonly receiveAudio: boolean;
  readonly webrtc: boolean;
}

/** Returns what the tunnel rung lacks in this browser. */
export function missingOf(support: Support): readonly Missing[] {
  const lacks: [Missing, boolean][] = [
    ["send_video", support.sendVideo],
    ["send_audio", support.sendAudio],
    ["receive_video", support.receiveVideo],
    ["receive_audio", support.receiveAudio],
  ];
  return lacks.filter(([, works]) => !works).map(([name]) => name);
}

/** Whether a call through the tunnel is of any use here. */
export const supportsTunnel = (support: Support): boolean => support.receiveVideo || support.receiveAudio || support.sendVideo || support.sendAudio;
