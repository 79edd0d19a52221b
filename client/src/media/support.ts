import type { Missing } from "./types.js";

/** What the page can do through the tunnel. */
export interface Support {
  readonly sendVideo: boolean;
  readonly sendAudio: boolean;
  readonly receiveVideo: boolean;
  readonly receiveAudio: boolean;
  readonly webrtc: boolean;
}

/** Asks the browser. `scope`: the global object, another one in tests. */
export function readSupport(scope: object = globalThis): Support {
  const has = (name: string) => typeof (scope as Record<string, unknown>)[name] === "function";
  const frames = has("VideoFrame") && (has("MediaStreamTrackProcessor") || "requestVideoFrameCallback" in prototypeOf(scope, "HTMLVideoElement"));
  const socket = has("WebSocket");
  const worklet = has("AudioWorkletNode");
  return {
    sendVideo: socket && frames && has("VideoEncoder"),
    sendAudio: socket && has("AudioEncoder") && (has("MediaStreamTrackProcessor") || worklet),
    receiveVideo: socket && has("VideoDecoder") && (has("MediaStreamTrackGenerator") || "captureStream" in prototypeOf(scope, "HTMLCanvasElement")),
    receiveAudio: socket && has("AudioDecoder") && worklet,
    webrtc: has("RTCPeerConnection"),
  };
}

function prototypeOf(scope: object, name: string): object {
  const constructor = (scope as Record<string, { prototype?: object } | undefined>)[name];
  return constructor?.prototype ?? {};
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

/** Returns what a call through the tunnel lacks in this browser. Known before joining. */
export const missing = (): readonly Missing[] => missingOf(readSupport());
