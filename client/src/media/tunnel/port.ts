import type { LinkEnd } from "../state.js";
import type { TransportStats } from "../transport.js";
import type { BridgeMessage } from "../wire/messages.js";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where pictures come from: a processor's stream, a track for the worker's own processor, or `picture` messages. */
export type CameraSource = { readonly stream: ReadableStream<VideoFrame> } | { readonly track: MediaStreamTrack } | "pictures" | null;
/** Where sound comes from: a processor's stream, or a worklet's port that brings `SoundBlock`s. */
export type MicrophoneSource = { readonly stream: ReadableStream<AudioData> } | { readonly port: MessagePort } | null;

/** 20 ms of mono sound. `at`: capture time of the first sample in milliseconds, with any zero. */
export interface SoundBlock {
  readonly samples: Float32Array<ArrayBuffer>;
  readonly at: number;
  readonly sampleRate: number;
}

/** From the page to the engine, which runs in a worker or on the page. */
export type Command =
  | { readonly type: "open"; readonly urls: readonly [string, ...string[]]; readonly token: string; readonly video: Size; readonly send: Sending; readonly patient: boolean }
  /** The bridge has another address: the next socket uses it. */
  | { readonly type: "move"; readonly url: string; readonly token: string }
  /** The network came back, or the page is visible again after the phone slept. */
  | { readonly type: "wake" }
  | { readonly type: "camera"; readonly source: CameraSource }
  | { readonly type: "picture"; readonly frame: VideoFrame }
  | { readonly type: "microphone"; readonly source: MicrophoneSource }
  | { readonly type: "mute"; readonly kind: "microphone" | "camera"; readonly muted: boolean }
  /** Where a track of another participant goes: a generator's stream, a worklet's port, or `picture` messages. */
  | { readonly type: "output"; readonly track: number; readonly to: WritableStream<VideoFrame> | MessagePort | "pictures" }
  | { readonly type: "view"; readonly track: number; readonly width: number; readonly height: number; readonly visible: boolean }
  | { readonly type: "data"; readonly topic: string; readonly payload: string; readonly reliable: boolean }
  | { readonly type: "bye" };

export interface Sending {
  readonly audio: boolean;
  readonly video: boolean;
}

/** From the engine to the page. */
export type Report =
  | { readonly type: "ready"; readonly hasProcessor: boolean; readonly hasVideoDecoder: boolean }
  | { readonly type: "message"; readonly message: BridgeMessage }
  | { readonly type: "link"; readonly link: "opening" | "joined" | "lost" }
  | { readonly type: "ended"; readonly reason: LinkEnd }
  | { readonly type: "picture"; readonly track: number; readonly frame: VideoFrame }
  | { readonly type: "figures"; readonly figures: Figures };

/** What the engine measures. */
export interface Figures extends TransportStats {
  readonly roundTripMs: number | null;
}

/** The half of a `MessagePort` and of a worker's global scope that is used. */
export interface Port<Out, In> {
  postMessage(message: Out, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<In>) => void) | null;
}

export type EnginePort = Port<Report, Command>;
