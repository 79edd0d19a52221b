import { engineNow } from "../flow/clock.js";
import type { Playout } from "../flow/jitter.js";
import type { Frame } from "../wire/frame.js";
import type { OpusCodec } from "./opus.js";

/** To the playing worklet. `delayMs`: the sound to hold before playing. */
export interface SoundToPlay {
  readonly samples: Float32Array<ArrayBuffer>;
  readonly delayMs: number;
}

/** Decodes one sound and hands it to a worklet, which plays it. */
export class AudioReceiver {
  /** The worklet's port; what arrives before it is known is dropped. */
  port: MessagePort | null = null;
  private readonly decoder;

  constructor(private readonly playout: Playout, codec: OpusCodec) {
    this.decoder = codec.decoder((samples) => this.play(samples));
  }

  receive(frame: Frame): void {
    this.playout.arrived("audio", frame.timestamp, engineNow());
    if (this.port) this.decoder.decode(frame.body, frame.timestamp);
  }

  close(): void {
    this.decoder.close();
    this.port?.close();
  }

  private play(samples: Float32Array<ArrayBuffer>): void {
    const sound: SoundToPlay = { samples, delayMs: this.playout.audioDelay() };
    this.port?.postMessage(sound, [samples.buffer]);
  }
}
