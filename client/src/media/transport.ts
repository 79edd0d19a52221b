import type { FollowOptions } from "../call/follow-address.js";
import type { ConnectOptions, DataMessage, EndReason, Protocol, Rung, TrackKind } from "./types.js";

/** What the element that shows a track needs of it, in device pixels. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly visible: boolean;
}

/** A track of another participant as one transport has it. */
export interface RemoteSource {
  readonly kind: TrackKind;
  readonly media: MediaStreamTrack;
  muted: boolean;
  setView(view: View): void;
}

export interface Person {
  readonly identity: string;
  name: string;
  attributes: Readonly<Record<string, string>>;
  speaking: boolean;
  readonly sources: Map<TrackKind, RemoteSource>;
}

export type LocalKind = "microphone" | "camera";

/** What the page sends of one kind. */
export interface LocalSource {
  track: MediaStreamTrack | null;
  muted: boolean;
}

/** Why a transport ended. `unavailable`: it does not exist here, another rung may. */
export type TransportEnd = EndReason | "unavailable";

export interface TransportOptions extends Pick<ConnectOptions, "livekitUrl" | "token" | "otherUrls" | "directAddress" | "iceServers"> {
  /** What will be published. Once connected, the ladder calls `publish` and `setMuted`, also for what stayed the same. */
  readonly local: Readonly<Record<LocalKind, LocalSource>>;
  /** The participant was in the call before, or has no other way: all retries are made. */
  readonly patient: boolean;
  /** How the transport continues when the stack's address changes, null if it ends then. */
  readonly follow: FollowOptions | null;
  readonly events: TransportEvents;
}

export interface TransportEvents {
  change(): void;
  data(message: DataMessage): void;
  /** Called once, also after `close`. */
  ended(reason: TransportEnd): void;
}

/** What a transport has carried since it began. What it cannot know is absent. */
export interface TransportStats {
  /** When the counters were read, in milliseconds with any zero. */
  readonly at: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly received?: Packets;
  /** The other side reports what it lost of these. */
  readonly sent?: Packets;
  /** Of the peer connection in use. */
  readonly iceState?: RTCIceConnectionState;
  /** Of this side, in the pair in use. */
  readonly candidateType?: RTCIceCandidateType;
}

/** Packets of sound and pictures. `total` includes `lost`. */
export interface Packets {
  readonly total: number;
  readonly lost: number;
}

/** One way to be in the room. Both have the same participants, so a call can move from one to the other. */
export interface Transport {
  readonly state: "connecting" | "connected" | "reconnecting";
  /** Null until it is known. */
  readonly rung: Rung | null;
  /** Empty until connected. */
  readonly self: { readonly identity: string; readonly name: string; readonly attributes: Readonly<Record<string, string>>; readonly speaking: boolean };
  /** The others by identity, in the order in which they joined. */
  readonly people: ReadonlyMap<string, Person>;
  readonly silenced: boolean;
  /** Signalling reconnects while the media goes on. */
  readonly signalLost: boolean;
  readonly protocol: Protocol | null;
  readonly roundTripMs: number | null;
  /** Resolves with null while nothing is known. */
  readStats(): Promise<TransportStats | null>;
  publish(kind: LocalKind, track: MediaStreamTrack | null): Promise<void>;
  setMuted(kind: LocalKind, muted: boolean): Promise<void>;
  sendData(payload: Uint8Array, topic: string, reliable: boolean): Promise<void>;
  startSound(): Promise<void>;
  /** Leaves the room. The local tracks go on. */
  close(): void;
}
