import type { FollowOptions } from "../call/follow-address.js";

/** How media travels, best first. */
export type Rung = "lan" | "direct" | "turn" | "tunnel";

/** What carries the media. `tls`: TLS over TCP. */
export type Protocol = "udp" | "tcp" | "tls";

export type CallState = "connecting" | "connected" | "reconnecting" | "ended";

/** Why a call ended. `failed`: no rung works from this network. */
export type EndReason = "left" | "failed" | "replaced" | "removed" | "room_closed" | "full" | "expired" | "server_unreachable";

export type TrackKind = "microphone" | "camera" | "screen";

/** Something to see or hear, of this page or of another participant. */
export interface MediaTrack {
  readonly kind: TrackKind;
  readonly muted: boolean;
  /** Plays in the element until `detach`. Reports the element's visible size, which decides the received resolution. */
  attach(element: HTMLMediaElement): void;
  detach(element: HTMLMediaElement): void;
}

export interface Participant {
  readonly identity: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly isLocal: boolean;
  readonly speaking: boolean;
  readonly microphone: MediaTrack | null;
  readonly camera: MediaTrack | null;
  readonly screen: MediaTrack | null;
}

/** What this browser lacks, known before joining. */
export type Missing = "send_video" | "send_audio" | "receive_video" | "receive_audio";

export interface DataMessage {
  /** Null for a message of the server. */
  readonly identity: string | null;
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface ConnectOptions {
  /** LiveKit's address, from `joinLink`. */
  readonly livekitUrl: string;
  /** LiveKit's access token, from `joinLink`. */
  readonly token: string;
  /** Tracks to publish. The call owns them from now on and stops them at its end. */
  readonly tracks?: readonly MediaStreamTrack[];
  /** A token for the hidden participant who tries better rungs. Without it the call stays on its first rung. */
  readonly probeToken?: string;
  /**
   * LiveKit's addresses over the stack's other tunnels, from `joinLink`. A call over a tunnel that is lost continues over
   * one of them. The page's Content-Security-Policy has to allow them in `connect-src`.
   */
  readonly otherUrls?: readonly string[];
  /** LiveKit's address on the internet, from `joinLink`. With it the rung `direct` also works through many routers. */
  readonly directAddress?: string | null;
  /** STUN and TURN servers, from `joinLink`. An empty list leaves LiveKit's own. */
  readonly iceServers?: readonly RTCIceServer[];
  /** The rung that worked from this network before, from `joinLink`. The call begins with WebRTC then. */
  readonly knownPath?: Exclude<Rung, "tunnel"> | null;
  /** The rungs to try. Default: all. */
  readonly rungs?: readonly Rung[];
  readonly signal?: AbortSignal;
  /** How the call continues when the stack's address changes. Without it the call ends with the address. */
  readonly follow?: FollowOptions;
  /**
   * Whether the call reports its connection to the stack, for the operator's dashboard. Default: true. A report has the
   * rung, the protocol, ICE's state and candidate type, round trip, loss, bitrates, and whether the browser denies access
   * to the local network. It has no names, addresses or media.
   */
  readonly reportsConnection?: boolean;
}

export interface CallEvents {
  /** Anything that the call's properties show has changed. */
  change: () => void;
  data: (message: DataMessage) => void;
  ended: (reason: EndReason) => void;
}

/** One call, whatever carries its media. */
export interface MediaCall {
  readonly state: CallState;
  /** Null until media has travelled. */
  readonly rung: Rung | null;
  /** Null until it is known. */
  readonly protocol: Protocol | null;
  /** Whether signalling reconnects while the media goes on: no participant can join or publish meanwhile. */
  readonly signalLost: boolean;
  readonly local: Participant;
  /** The others, in the order in which they joined. */
  readonly participants: readonly Participant[];
  readonly missing: readonly Missing[];
  /** Whether the browser blocks sound until the visitor interacts with the page. */
  readonly silenced: boolean;
  /** Round trip of the media path in milliseconds, null while unknown. */
  readonly roundTripMs: number | null;
  on<E extends keyof CallEvents>(event: E, listener: CallEvents[E]): () => void;
  /** Publishes the track in place of the one of its kind; null turns it off. */
  publish(kind: "microphone" | "camera", track: MediaStreamTrack | null): Promise<void>;
  setMuted(kind: "microphone" | "camera", muted: boolean): Promise<void>;
  /** At most 15,000 bytes. */
  sendData(payload: Uint8Array, options?: { readonly topic?: string; readonly reliable?: boolean }): Promise<void>;
  /** To be called in a click while `silenced`. */
  startSound(): Promise<void>;
  /** Sets the output of all sound, where the browser can. */
  setSpeaker(deviceId: string): Promise<void>;
  leave(): void;
}
