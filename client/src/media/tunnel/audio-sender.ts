import { SourceClock, engineNow } from "../flow/clock.js";
import { maySendAudio } from "../flow/uplink.js";
import type { Link } from "./link.js";
import { toMono, type OpusCodec } from "./opus.js";
import type { SoundBlock } from "./port.js";

/** Encodes the microphone's sound and sends it with its level. */
export class AudioSender {
  muted = false;
  private clock = new SourceClock();
  private level = 127;
  private readonly encoder;

  constructor(private readonly link: Link, codec: OpusCodec) {
    this.encoder = codec.encoder((packet, timestamp) => this.output(packet, timestamp));
  }

  /** Forgets the earlier source's clock. */
  newSource(): void {
    this.clock = new SourceClock();
  }

  /** Takes over the sound of a processor, whose timestamps have another zero. */
  sendData(sound: AudioData): void {
    const timestamp = this.clock.map(sound.timestamp, engineNow() - sound.duration / 1000);
    if (this.maySend()) this.encode(toMono(sound), sound.sampleRate, timestamp);
    sound.close();
  }

  sendBlock({ samples, at, sampleRate }: SoundBlock): void {
    if (this.maySend()) this.encode(samples, sampleRate, this.clock.map(at * 1000, engineNow() - (samples.length * 1000) / sampleRate));
  }

  close(): void {
    this.encoder.close();
  }

  private maySend(): boolean {
    return this.link.isJoined && !this.muted && maySendAudio(this.link.queue, performance.now());
  }

  private encode(samples: Float32Array<ArrayBuffer>, sampleRate: number, timestamp: number): void {
    this.level = levelOf(samples);
    this.encoder.encode(samples, sampleRate, Math.round(timestamp));
  }

  private output(packet: Uint8Array<ArrayBuffer>, timestamp: number): void {
    const header = { kind: "audio", key: false, layer: 0, trackOrLevel: this.level, timestamp } as const;
    this.link.sendFrame(header, packet.byteLength, (body) => body.set(packet));
  }
}

/** Returns the loudness in −dBov: 0 is the loudest, 127 is silence. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const level = -10 * Math.log10(sum / Math.max(1, samples.length));
  return Math.min(127, Math.max(0, Math.round(level)));
}
