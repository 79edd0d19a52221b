import { Playout } from "../flow/jitter.js";
import type { LinkState } from "../state.js";
import type { Frame } from "../wire/frame.js";
import type { BridgeMessage, Codec } from "../wire/messages.js";
import { AudioReceiver } from "./audio-receiver.js";
import { AudioSender } from "./audio-sender.js";
import { decodedCodecs, sendCodec } from "./codec-support.js";
import { Link } from "./link.js";
import { loadOpus, type OpusCodec } from "./opus.js";
import type { CameraSource, Command, EnginePort, MicrophoneSource, Report, SoundBlock } from "./port.js";
import { pump, type Pump } from "./pump.js";
import { VideoReceiver } from "./video-receiver.js";
import { VideoSender } from "./video-sender.js";

const FIGURES_INTERVAL_MS = 1_000;

type Open = Extract<Command, { type: "open" }>;
type Output = Extract<Command, { type: "output" }>["to"];

/** Runs the tunnel's socket, encoders and decoders, in a worker or on the page. */
export class Engine {
  private link: Link | null = null;
  private video: VideoSender | null = null;
  private audio: AudioSender | null = null;
  private readonly pumps: { camera?: Pump; microphone?: Pump } = {};
  private readonly playouts = new Map<string, Playout>();
  private readonly owners = new Map<number, string>();
  private readonly videos = new Map<number, VideoReceiver>();
  private readonly sounds = new Map<number, AudioReceiver>();
  private readonly outputs = new Map<number, Output | WritableStreamDefaultWriter<VideoFrame>>();
  private readonly mutes = { microphone: false, camera: false };
  /** Begun before it is needed, so that a call does not wait for WebAssembly. */
  private readonly loadingOpus = loadOpus().catch(() => null);
  private opus: OpusCodec | null = null;
  private figures: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly port: EnginePort) {
    port.onmessage = ({ data }) => void this.command(data);
    const hasProcessor = typeof MediaStreamTrackProcessor !== "undefined";
    this.report({ type: "ready", hasProcessor, hasVideoDecoder: typeof VideoDecoder !== "undefined" });
  }

  private report(report: Report, transfer: Transferable[] = []): void {
    this.port.postMessage(report, transfer);
  }

  private async command(command: Command): Promise<void> {
    switch (command.type) {
      case "open":
        return this.open(command);
      case "move":
        return this.link?.move(command.url, command.token);
      case "wake":
        return this.link?.wake();
      case "camera":
        return this.setCamera(command.source);
      case "microphone":
        return this.setMicrophone(command.source);
      case "picture":
        return this.video ? this.video.send(command.frame) : command.frame.close();
      case "mute":
        return this.mute(command.kind, command.muted);
      case "output":
        return this.setOutput(command.track, command.to);
      case "view":
      case "data":
        return this.link?.send(command);
      case "bye":
        return this.link?.bye();
    }
  }

  private async open({ urls, token, video, send, patient }: Open): Promise<void> {
    const [codec, decoded, opus] = await Promise.all([send.video ? sendCodec() : null, decodedCodecs(), this.loadingOpus]);
    this.opus = opus;
    const decode: Codec[] = opus ? [...decoded, "opus"] : decoded;
    const hello = { token, audio: send.audio && opus !== null, video: codec && { codec, ...video }, decode };
    this.link = new Link(urls, hello, {
      onMessage: (message) => this.message(message),
      onFrame: (frame) => this.frame(frame),
      onState: (state) => this.linkState(state),
    });
    if (codec) this.video = new VideoSender(this.link, codec);
    if (send.audio && opus) this.audio = new AudioSender(this.link, opus);
    this.figures = setInterval(() => this.reportFigures(), FIGURES_INTERVAL_MS);
    this.applyMutes();
    this.link.open(patient);
  }

  private linkState(state: LinkState): void {
    if (state.kind === "ended") {
      this.close();
      this.report({ type: "ended", reason: state.reason });
    } else if (state.kind !== "idle") {
      this.report({ type: "link", link: state.kind });
    }
    if (state.kind === "lost") for (const video of this.videos.values()) video.interrupt();
    if (state.kind === "joined") {
      this.video?.requestKey();
      // Both states: they may have changed while the socket was lost.
      for (const kind of ["microphone", "camera"] as const) this.sendMute(kind);
    }
  }

  private message(message: BridgeMessage): void {
    switch (message.type) {
      case "keyframe":
        return this.video?.requestKey();
      case "limit":
        if (this.video) this.video.limit = message.bitrate;
        return;
      case "codec":
        if (message.codec !== "opus") this.videos.get(message.track)?.setCodec(message.codec);
        return;
      case "joined":
        if (!message.resumed) this.removeTracks();
        break;
      case "track":
        this.addTrack(message.id, message.identity, message.kind);
        break;
      case "ended":
        this.removeTrack(message.track);
        break;
      case "left":
        this.playouts.delete(message.identity);
        break;
    }
    this.report({ type: "message", message });
  }

  private addTrack(id: number, identity: string, kind: "audio" | "camera" | "screen"): void {
    if (this.owners.has(id)) return;
    const playout = this.playouts.get(identity) ?? new Playout();
    this.playouts.set(identity, playout);
    this.owners.set(id, identity);
    if (kind === "audio") {
      if (this.opus) this.sounds.set(id, new AudioReceiver(playout, this.opus));
    } else if (typeof VideoDecoder !== "undefined") {
      this.videos.set(id, new VideoReceiver(playout, (frame) => this.show(id, frame), () => this.link?.send({ type: "keyframe", track: id })));
    }
  }

  private removeTrack(id: number): void {
    this.videos.get(id)?.close();
    this.sounds.get(id)?.close();
    for (const tracks of [this.videos, this.sounds, this.owners, this.outputs]) tracks.delete(id);
  }

  private removeTracks(): void {
    for (const id of [...this.owners.keys()]) this.removeTrack(id);
    this.playouts.clear();
  }

  private frame(frame: Frame): void {
    if (frame.kind === "audio") this.sounds.get(frame.trackOrLevel)?.receive(frame);
    else this.videos.get(frame.trackOrLevel)?.receive(frame);
  }

  private show(track: number, frame: VideoFrame): void {
    const output = this.outputs.get(track);
    if (output === "pictures") this.report({ type: "picture", track, frame }, [frame]);
    else if (output instanceof WritableStreamDefaultWriter) output.write(frame).catch(() => frame.close());
    else frame.close();
  }

  private setOutput(track: number, to: Output): void {
    if (to instanceof MessagePort) {
      const sound = this.sounds.get(track);
      if (sound) sound.port = to;
    } else {
      this.outputs.set(track, to === "pictures" ? to : to.getWriter());
    }
  }

  private setCamera(source: CameraSource): void {
    this.pumps.camera?.stop();
    delete this.pumps.camera;
    this.video?.newSource();
    if (source === null || source === "pictures") return;
    const stream = "stream" in source ? source.stream : new MediaStreamTrackProcessor<VideoFrame>({ track: source.track }).readable;
    const pumped = pump(stream, (frame) => (this.video ? this.video.send(frame) : frame.close()));
    const stop = () => {
      pumped.stop();
      // A track that was transferred is a copy, which would keep the camera on.
      if ("track" in source) source.track.stop();
    };
    this.pumps.camera = { stop };
  }

  private setMicrophone(source: MicrophoneSource): void {
    this.pumps.microphone?.stop();
    delete this.pumps.microphone;
    this.audio?.newSource();
    if (source === null) return;
    if ("stream" in source) {
      this.pumps.microphone = pump(source.stream, (sound) => (this.audio ? this.audio.sendData(sound) : sound.close()));
    } else {
      source.port.onmessage = ({ data }: MessageEvent<SoundBlock>) => this.audio?.sendBlock(data);
      this.pumps.microphone = { stop: () => source.port.close() };
    }
  }

  private mute(kind: "microphone" | "camera", muted: boolean): void {
    if (this.mutes[kind] === muted) return;
    this.mutes[kind] = muted;
    this.applyMutes();
    if (this.link?.isJoined) this.sendMute(kind);
  }

  private applyMutes(): void {
    if (this.audio) this.audio.muted = this.mutes.microphone;
    if (!this.video) return;
    if (this.video.muted && !this.mutes.camera) this.video.requestKey();
    this.video.muted = this.mutes.camera;
  }

  private sendMute(kind: "microphone" | "camera"): void {
    if (kind === "camera" ? this.video : this.audio) this.link?.send({ type: "mute", kind: kind === "camera" ? "video" : "audio", muted: this.mutes[kind] });
  }

  private reportFigures(): void {
    const { queue, bytesSent, bytesReceived } = this.link!;
    this.report({ type: "figures", figures: { roundTripMs: queue.roundTrip(), at: performance.now(), bytesSent, bytesReceived } });
  }

  private close(): void {
    clearInterval(this.figures);
    for (const pumped of Object.values(this.pumps)) pumped.stop();
    this.removeTracks();
    this.video?.close();
    this.audio?.close();
  }
}
