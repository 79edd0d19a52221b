import { SourceClock, engineNow } from "../flow/clock.js";
import { adapt, ADAPT_INTERVAL_MS, firstTarget, FRAME_RATE, FramePace, maySendVideo, videoBudget } from "../flow/uplink.js";
import { encodedSize } from "../flow/encoded-size.js";
import { encoderConfig, type VideoCodec } from "./codecs.js";
import type { Link } from "./link.js";
import type { Size } from "./port.js";
import { Scaler } from "./scaler.js";

const MAX_ENCODING = 2;

/** Encodes the camera's pictures and sends them as fast as the tunnel takes them. */
export class VideoSender {
  muted = false;
  limit = Infinity;
  target = firstTarget(performance.now());
  private encoder: VideoEncoder | null = null;
  private settings = "";
  private keyWanted = true;
  private clock = new SourceClock();
  private pace = new FramePace();
  private readonly budget = videoBudget();
  private lastTimestamp = 0;
  private readonly scaler = new Scaler();
  private readonly timer = setInterval(() => this.adapt(), ADAPT_INTERVAL_MS);

  constructor(private readonly link: Link, private readonly codec: VideoCodec) {}

  /** The next picture is encoded on its own. */
  requestKey(): void {
    this.keyWanted = true;
  }

  /** Forgets the earlier source's clock. */
  newSource(): void {
    this.clock = new SourceClock();
    this.pace = new FramePace();
    this.keyWanted = true;
  }

  /** Takes over the frame. */
  send(frame: VideoFrame): void {
    try {
      if (this.maySend() && this.pace.take(frame.timestamp)) this.encode(frame);
    } finally {
      frame.close();
    }
  }

  close(): void {
    clearInterval(this.timer);
    if (this.encoder && this.encoder.state !== "closed") this.encoder.close();
  }

  private maySend(): boolean {
    const now = performance.now();
    const isBusy = (this.encoder?.encodeQueueSize ?? 0) >= MAX_ENCODING;
    return this.link.isJoined && !this.muted && !isBusy && maySendVideo(this.link.queue, now) && this.budget.isLeft(now);
  }

  private encode(frame: VideoFrame): void {
    const size = encodedSize(frame.displayWidth, frame.displayHeight, this.target.shrink);
    // Timestamps of one encoder must grow.
    this.lastTimestamp = Math.max(this.lastTimestamp + 1, Math.round(this.clock.map(frame.timestamp, engineNow())));
    const scaled = this.scaler.scale(frame, size, this.lastTimestamp);
    try {
      this.configured(size).encode(scaled, { keyFrame: this.keyWanted });
      this.keyWanted = false;
    } catch (error) {
      this.encoder = null;
      throw error;
    } finally {
      scaled.close();
    }
  }

  private configured(size: Size): VideoEncoder {
    const settings = `${size.width}x${size.height} ${this.target.bitrate}`;
    const isUsable = this.encoder?.state === "configured";
    if (this.encoder && isUsable && settings === this.settings) return this.encoder;
    // A new bitrate needs no key frame, a new size does.
    if (!isUsable || !this.settings.startsWith(`${size.width}x${size.height} `)) this.keyWanted = true;
    const encoder = isUsable ? this.encoder! : new VideoEncoder({ output: (chunk) => this.output(chunk), error: () => (this.encoder = null) });
    encoder.configure(encoderConfig(this.codec, size, this.target.bitrate, FRAME_RATE));
    this.settings = settings;
    return (this.encoder = encoder);
  }

  private output(chunk: EncodedVideoChunk): void {
    const header = { kind: "camera", key: chunk.type === "key", layer: 0, trackOrLevel: 0, timestamp: chunk.timestamp } as const;
    this.budget.spend(chunk.byteLength * 8, performance.now());
    this.link.sendFrame(header, chunk.byteLength, (body) => chunk.copyTo(body));
  }

  private adapt(): void {
    if (this.link.isJoined && !this.muted && this.encoder) this.target = adapt(this.target, this.link.queue, this.limit, performance.now());
  }
}
