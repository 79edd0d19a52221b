import type { Room } from "livekit-client";
import { followAddress } from "../../call/follow-address.js";
import { patientReconnectPolicy } from "../../call/reconnect-policy.js";
import type { LocalKind, Transport, TransportEnd, TransportOptions } from "../transport.js";
import type { Rung } from "../types.js";
import { connectOptions, needsDirectAddress } from "./connect-options.js";
import { tryDirectAddress } from "./direct-address.js";
import { endOfDisconnect, endOfError } from "./ends.js";
import type { Path } from "./path.js";
import { RoomPeople } from "./people.js";
import { roomPath, roomStats } from "./stats.js";

type LiveKit = typeof import("livekit-client");

export interface WebrtcOptions extends TransportOptions {
  /** What the app allows. */
  readonly rungs: readonly Rung[];
  /** Ends after the media was lost for a while, because the tunnel can carry on. */
  readonly givesUp: boolean;
}

const PATH_INTERVAL_MS = { unknown: 300, known: 2_000 };
/** Readings of the path in which nothing arrived, after which the media counts as lost. */
const MAX_SILENT_READINGS = 3;
const MEDIA_LOST_MS = 5_000;

/** Joins by livekit-client. */
export async function joinByWebrtc(options: WebrtcOptions): Promise<Transport> {
  return new WebrtcTransport(await import("livekit-client"), options);
}

class WebrtcTransport implements Transport {
  state: Transport["state"] = "connecting";
  signalLost = false;
  private path: Path | null = null;
  private silentReadings = 0;
  private isOver = false;
  private readonly room: Room;
  private readonly described = new RoomPeople();
  private readonly stopFollowing: () => void;
  private pathTimer: ReturnType<typeof setTimeout> | undefined;
  private lostTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly livekit: LiveKit, private readonly options: WebrtcOptions) {
    this.room = new livekit.Room({
      dynacast: true,
      stopLocalTrackOnUnpublish: false,
      ...(options.follow && { reconnectPolicy: patientReconnectPolicy() }),
    });
    if (needsDirectAddress(options.rungs)) tryDirectAddress(this.room, options.directAddress);
    this.stopFollowing = options.follow ? followAddress(this.room, options.follow) : () => undefined;
    this.listen();
    void this.connect();
  }

  get rung(): Transport["rung"] {
    return this.path?.rung ?? null;
  }

  get self(): Transport["self"] {
    const { identity, name = "", attributes, isSpeaking } = this.room.localParticipant;
    return { identity, name, attributes, speaking: isSpeaking };
  }

  get people(): Transport["people"] {
    return this.described.read(this.room);
  }

  // The call's own elements play the sound and know whether they are blocked.
  get silenced(): boolean {
    return false;
  }

  get protocol(): Transport["protocol"] {
    return this.path?.protocol ?? null;
  }

  get roundTripMs(): number | null {
    return this.path?.roundTripMs ?? null;
  }

  async publish(kind: LocalKind, track: MediaStreamTrack | null): Promise<void> {
    const { localParticipant } = this.room;
    const publication = this.publication(kind);
    const published = publication?.track;
    // Muted rather than unpublished: the others see it at once, and nothing is negotiated.
    if (!track) return void (await publication?.mute());
    if (published) {
      if (published.mediaStreamTrack !== track) await published.replaceTrack(track, true);
      return this.setMuted(kind, this.options.local[kind].muted);
    }
    await localParticipant.publishTrack(track, { source: this.source(kind), ...(kind === "camera" && { simulcast: true }) });
  }

  async setMuted(kind: LocalKind, muted: boolean): Promise<void> {
    const publication = this.publication(kind);
    await (muted ? publication?.mute() : publication?.unmute());
  }

  async sendData(payload: Uint8Array, topic: string, reliable: boolean): Promise<void> {
    await this.room.localParticipant.publishData(new Uint8Array(payload), { topic, reliable });
  }

  async startSound(): Promise<void> {}

  readStats = () => roomStats(this.room);

  close(): void {
    void this.room.disconnect(false);
    this.end("left");
  }

  private source(kind: LocalKind) {
    const { Source } = this.livekit.Track;
    return kind === "camera" ? Source.Camera : Source.Microphone;
  }

  private publication(kind: LocalKind) {
    return this.room.localParticipant.getTrackPublication(this.source(kind));
  }

  private async connect(): Promise<void> {
    const { livekitUrl, token, iceServers, rungs, patient } = this.options;
    try {
      await this.room.connect(livekitUrl, token, connectOptions(rungs, iceServers, patient));
    } catch (error) {
      return this.end(endOfError(error));
    }
    if (this.isOver) return;
    this.state = "connected";
    this.options.events.change();
    void this.readPath();
  }

  private listen(): void {
    const { RoomEvent, ConnectionState } = this.livekit;
    const changed = () => this.options.events.change();
    for (const event of CHANGES) this.room.on(RoomEvent[event], changed);
    this.room.on(RoomEvent.ConnectionStateChanged, (state) => {
      if (this.state === "connecting") return;
      // Media goes on while only the signalling reconnects.
      const isLost = state === ConnectionState.Reconnecting;
      this.signalLost = state === ConnectionState.SignalReconnecting;
      this.state = isLost ? "reconnecting" : "connected";
      clearTimeout(this.lostTimer);
      if (isLost && this.options.givesUp) this.lostTimer = setTimeout(() => this.giveUp(), MEDIA_LOST_MS);
      changed();
    });
    this.room.on(RoomEvent.Disconnected, (reason) => this.state !== "connecting" && this.end(endOfDisconnect(reason)));
    this.room.on(RoomEvent.DataReceived, (payload, participant, _kind, topic = "", _encryption, identity = participant?.identity) =>
      this.options.events.data({ identity: identity || null, topic, payload }));
  }

  private giveUp(): void {
    this.end("server_unreachable");
    void this.room.disconnect(false);
  }

  private async readPath(): Promise<void> {
    const before = this.path;
    const path = await roomPath(this.room).catch(() => null);
    if (this.isOver) return;
    this.silentReadings = path && path.arrived !== before?.arrived ? 0 : this.silentReadings + 1;
    if (before && this.silentReadings >= MAX_SILENT_READINGS && this.options.givesUp) return this.giveUp();
    if (path) this.path = path;
    if (this.path?.rung !== before?.rung || this.path?.protocol !== before?.protocol) this.options.events.change();
    this.pathTimer = setTimeout(() => void this.readPath(), this.path ? PATH_INTERVAL_MS.known : PATH_INTERVAL_MS.unknown);
  }

  private end(reason: TransportEnd): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.pathTimer);
    clearTimeout(this.lostTimer);
    this.stopFollowing();
    this.options.events.ended(reason);
  }
}

/** Events after which something that the call shows may differ. */
const CHANGES = [
  "ParticipantConnected", "ParticipantDisconnected", "ParticipantNameChanged", "ParticipantAttributesChanged",
  "TrackSubscribed", "TrackUnsubscribed", "TrackMuted", "TrackUnmuted", "ActiveSpeakersChanged", "AudioPlaybackStatusChanged",
] as const;
