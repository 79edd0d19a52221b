import { engineNow } from "../flow/clock.js";
import type { Playout } from "../flow/jitter.js";
import type { Frame } from "../wire/frame.js";
import { decoderConfig, type VideoCodec } from "./codecs.js";

const KEY_INTERVAL_MS = 1_000;
/** A slow device decodes too late; from here on it waits for a key frame. */
const MAX_DECODING = 12;
/** Decoded pictures that wait for their time. Hardware decoders have few. */
const MAX_WAITING = 6;

/** Decodes one video and gives each picture when it is due. */
export class VideoReceiver {
  private decoder: VideoDecoder | null = null;
  private codec: VideoCodec = "vp8";
  private needsKey = true;
  private keyRequestedAt = -Infinity;
  private readonly waiting: VideoFrame[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly playout: Playout,
    private readonly show: (frame: VideoFrame) => void,
    private readonly requestKey: () => void,
  ) {}

  setCodec(codec: VideoCodec): void {
    if (codec !== this.codec) this.reset();
    this.codec = codec;
  }

  /** Frames are missing: nothing is decoded before the next key frame. */
  interrupt(): void {
    this.needsKey = true;
  }

  receive(frame: Frame): void {
    const now = engineNow();
    this.playout.arrived("video", frame.timestamp, now);
    if ((this.decoder?.decodeQueueSize ?? 0) > MAX_DECODING) this.needsKey = true;
    if (this.needsKey && !frame.key) return this.askForKey(now);
    this.needsKey = false;
    try {
      this.configured().decode(new EncodedVideoChunk({ type: frame.key ? "key" : "delta", timestamp: frame.timestamp, data: frame.body }));
    } catch {
      this.reset();
    }
  }

  close(): void {
    this.reset();
    clearTimeout(this.timer);
    for (const frame of this.waiting.splice(0)) frame.close();
  }

  private configured(): VideoDecoder {
    if (this.decoder?.state === "configured") return this.decoder;
    this.decoder = new VideoDecoder({ output: (frame) => this.decoded(frame), error: () => this.reset() });
    this.decoder.configure(decoderConfig(this.codec));
    return this.decoder;
  }

  private reset(): void {
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    this.decoder = null;
    this.needsKey = true;
  }

  private askForKey(now: number): void {
    if (now - this.keyRequestedAt < KEY_INTERVAL_MS) return;
    this.keyRequestedAt = now;
    this.requestKey();
  }

  private decoded(frame: VideoFrame): void {
    this.waiting.push(frame);
    if (this.waiting.length > MAX_WAITING) this.waiting.shift()!.close();
    this.play();
  }

  /** Shows the newest picture that is due and drops those before it. */
  private play(): void {
    clearTimeout(this.timer);
    const now = engineNow();
    let due: VideoFrame | undefined;
    while (this.waiting[0] && this.playout.videoDue(this.waiting[0].timestamp) <= now + 2) {
      due?.close();
      due = this.waiting.shift();
    }
    if (due) this.show(due);
    const next = this.waiting[0];
    if (next) this.timer = setTimeout(() => this.play(), this.playout.videoDue(next.timestamp) - now);
  }
}
