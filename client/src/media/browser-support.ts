import { compilesWasm, decodedCodecs, decodesOpus, encodesOpus, sendCodec, type Scope } from "./tunnel/codec-support.js";
import type { Support } from "./support.js";

let known: Promise<Support> | null = null;

/** Asks the browser, once. */
export const browserSupport = (): Promise<Support> => (known ??= readSupport());

/** `scope`: the global object, another one in tests. */
export async function readSupport(scope: Scope = globalThis): Promise<Support> {
  const has = (name: string) => typeof (scope as Record<string, unknown>)[name] === "function";
  const [sends, decodes, encodesSound, decodesSound] = await Promise.all([sendCodec(scope), decodedCodecs(scope), encodesOpus(scope), decodesOpus(scope)]);
  // Asked only where it is needed: a Content-Security-Policy that forbids it logs an error.
  const hasWasm = !(encodesSound && decodesSound) && compilesWasm(scope);
  const takesPictures = has("MediaStreamTrackProcessor") || "requestVideoFrameCallback" in prototypeOf(scope, "HTMLVideoElement");
  const showsPictures = has("MediaStreamTrackGenerator") || "captureStream" in prototypeOf(scope, "HTMLCanvasElement");
  const socket = has("WebSocket");
  const worklet = has("AudioWorkletNode");
  return {
    sendVideo: socket && sends !== null && has("VideoFrame") && takesPictures,
    sendAudio: socket && (encodesSound || hasWasm) && (has("MediaStreamTrackProcessor") || worklet),
    receiveVideo: socket && decodes.length > 0 && showsPictures,
    receiveAudio: socket && (decodesSound || hasWasm) && worklet,
    webrtc: has("RTCPeerConnection"),
  };
}

function prototypeOf(scope: object, name: string): object {
  const constructor = (scope as Record<string, { prototype?: object } | undefined>)[name];
  return constructor?.prototype ?? {};
}
