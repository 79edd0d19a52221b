import { onAttention } from "../../runtime-config/attention.js";
import { followAddress } from "../../call/follow-address.js";
import { Bucket } from "../flow/bucket.js";
import { encodedSize } from "../flow/encoded-size.js";
import type { LocalKind, Transport, TransportEnd, TransportOptions, TransportStats } from "../transport.js";
import { fromBase64, toBase64 } from "../wire/base64.js";
import type { BridgeMessage } from "../wire/messages.js";
import { captureCamera, captureMicrophone, type Capture } from "./capture.js";
import { startEngine, type EngineHost } from "./engine-host.js";
import { FollowedRoom } from "./followed-room.js";
import { People } from "./people.js";
import { soundOutput, videoOutput } from "./playback.js";
import type { Figures, Report, Sending } from "./port.js";
import { soundContext, useSound } from "./sound-context.js";

const END_AFTER_MS = 1_000;

/** Joins by WebSocket through the tunnel. */
export async function joinByTunnel(options: TransportOptions, send: Sending): Promise<Transport> {
  const stopSound = useSound();
  try {
    return new TunnelTransport(await startEngine(), options, send, stopSound);
  } catch (error) {
    stopSound();
    throw error;
  }
}

/** Returns the address of the bridge on the host that serves LiveKit. */
export function bridgeUrl(livekitUrl: string): string {
  const url = new URL("/sidelink/media", livekitUrl);
  url.protocol = url.protocol === "https:" || url.protocol === "wss:" ? "wss:" : "ws:";
  return url.href;
}

class TunnelTransport implements Transport {
  readonly rung = "tunnel";
  state: Transport["state"] = "connecting";
  /** Signalling and media share the socket. */
  readonly signalLost = false;
  readonly protocol = "tcp";
  private identity = "";
  private name = "";
  private figures: Figures | null = null;
  private readonly announced: People;
  private readonly captures: Partial<Record<LocalKind, Capture>> = {};
  private readonly local: Record<LocalKind, { track: MediaStreamTrack | null; muted: boolean }>;
  private readonly room: FollowedRoom;
  private readonly stopFollowing: () => void;
  private readonly over = new AbortController();
  /** The bridge closes the socket of a page that sends more than 10 messages a second for long. */
  private readonly dataBudget = new Bucket(10, 50);

  constructor(private readonly engine: EngineHost, private readonly options: TransportOptions, private readonly send: Sending, private readonly stopSound: () => void) {
    this.announced = new People({
      open: async (id, isSound) => (isSound ? soundOutput(engine, id) : videoOutput(engine, id)),
      view: (track, view) => engine.post({ type: "view", track, width: Math.round(view.width), height: Math.round(view.height), visible: view.visible }),
    }, () => options.events.change());
    this.local = { microphone: { ...options.local.microphone }, camera: { ...options.local.camera } };
    engine.onReport((report) => this.report(report));
    for (const kind of ["microphone", "camera"] as const) this.capture(kind);
    const { width = 640, height = 360 } = options.local.camera.track?.getSettings() ?? {};
    const urls = [bridgeUrl(options.livekitUrl), ...(options.otherUrls ?? []).map(bridgeUrl)] as const;
    engine.post({ type: "open", urls, token: options.token, video: encodedSize(width, height, 1), send, patient: options.patient });
    this.room = new FollowedRoom(options, (url, token) => engine.post({ type: "move", url: bridgeUrl(url), token }));
    this.stopFollowing = options.follow ? followAddress(this.room, options.follow) : () => undefined;
    const { signal } = this.over;
    onAttention(signal, () => engine.post({ type: "wake" }));
    addEventListener("pagehide", () => this.close(), { signal });
    soundContext().context.addEventListener("statechange", () => options.events.change(), { signal });
  }

  get self(): Transport["self"] {
    return { identity: this.identity, name: this.name, attributes: {}, speaking: this.announced.speakers.includes(this.identity) };
  }

  get people(): Transport["people"] {
    return this.announced.byIdentity;
  }

  get silenced(): boolean {
    // Safari also has "interrupted".
    return soundContext().context.state !== "running";
  }

  get roundTripMs(): number | null {
    return this.figures?.roundTripMs ?? null;
  }

  async publish(kind: LocalKind, track: MediaStreamTrack | null): Promise<void> {
    if (this.local[kind].track === track) return;
    this.local[kind].track = track;
    this.capture(kind);
  }

  async setMuted(kind: LocalKind, muted: boolean): Promise<void> {
    this.local[kind].muted = muted;
    this.mute(kind);
  }

  async sendData(payload: Uint8Array, topic: string, reliable: boolean): Promise<void> {
    const now = performance.now();
    if (!this.dataBudget.isLeft(now)) throw new Error("Data was not sent: a call takes 10 messages a second. Send fewer or larger ones.");
    this.dataBudget.spend(1, now);
    this.engine.post({ type: "data", topic, payload: toBase64(payload), reliable });
  }

  async readStats(): Promise<TransportStats | null> {
    return this.figures;
  }

  async startSound(): Promise<void> {
    await soundContext().context.resume();
  }

  close(): void {
    this.engine.post({ type: "bye" });
  }

  private capture(kind: LocalKind): void {
    this.captures[kind]?.stop();
    delete this.captures[kind];
    const { track } = this.local[kind];
    const isSent = kind === "camera" ? this.send.video : this.send.audio;
    if (track && isSent) this.captures[kind] = (kind === "camera" ? captureCamera : captureMicrophone)(this.engine, track);
    else this.engine.post({ type: kind, source: null });
    this.mute(kind);
  }

  private mute(kind: LocalKind): void {
    const { track, muted } = this.local[kind];
    this.engine.post({ type: "mute", kind, muted: muted || !track });
  }

  private report(report: Report): void {
    switch (report.type) {
      case "message":
        return this.message(report.message);
      case "picture":
        return this.announced.draw(report.track, report.frame);
      case "figures":
        this.figures = report.figures;
        return;
      case "ended":
        return this.end(report.reason);
      case "link":
        if (report.link === "joined") this.state = "connected";
        else if (report.link === "lost" && this.state === "connected") this.state = "reconnecting";
        return this.options.events.change();
    }
  }

  private message(message: BridgeMessage): void {
    if (message.type === "joined") ({ identity: this.identity, name: this.name } = message);
    if (message.type !== "data") return this.announced.read(message);
    const payload = fromBase64(message.payload);
    if (payload && message.identity === null) this.room.receive(payload, message.topic);
    if (payload) this.options.events.data({ identity: message.identity, topic: message.topic, payload });
  }

  private end(reason: TransportEnd): void {
    if (this.over.signal.aborted) return;
    this.over.abort();
    this.stopFollowing();
    for (const capture of Object.values(this.captures)) capture.stop();
    this.options.events.ended(reason);
    // The worker's socket may still have to send `bye`.
    setTimeout(() => this.engine.end(), END_AFTER_MS);
    this.announced.clear();
    this.stopSound();
  }
}
