// An audio worklet's module: loaded by its address, so it imports nothing at run time.
import type { SoundToPlay } from "./audio-receiver.js";

const RATE = 48_000;
/** Sound above the wanted amount by this much is shortened in quiet places, and by `FAR_MS` in any. */
const NEAR_MS = 30;
const FAR_MS = 120;
const QUIET = 0.005;

/** Holds the sound that waits to be played. */
export class SoundBuffer {
  private readonly pieces: Float32Array[] = [];
  private offset = 0;
  private length = 0;
  private wanted = (60 * RATE) / 1000;
  private filling = true;

  add(samples: Float32Array, delayMs: number): void {
    this.wanted = (delayMs * RATE) / 1000;
    this.pieces.push(samples);
    this.length += samples.length;
  }

  /** Fills `out`. Plays silence until enough has arrived, at the start and after the sound ran out. */
  take(out: Float32Array): void {
    if (this.filling && this.length < this.wanted) return void out.fill(0);
    this.filling = false;
    const got = this.read(out);
    if (got < out.length) {
      out.fill(0, got);
      this.filling = true;
      return;
    }
    const extra = this.length - this.wanted;
    if (extra > (FAR_MS * RATE) / 1000) this.skip(out, extra);
    else if (extra > (NEAR_MS * RATE) / 1000 && isQuiet(out)) this.skip(out, out.length);
  }

  /** Blends from what `out` holds to what comes `count` frames later. */
  private skip(out: Float32Array, count: number): void {
    this.read(new Float32Array(Math.floor(count)));
    const later = new Float32Array(out.length);
    this.read(later);
    for (let i = 0; i < out.length; i += 1) {
      const share = i / out.length;
      out[i] = out[i]! * (1 - share) + later[i]! * share;
    }
  }

  private read(out: Float32Array): number {
    let got = 0;
    while (got < out.length && this.pieces[0]) {
      const piece = this.pieces[0].subarray(this.offset, this.offset + out.length - got);
      out.set(piece, got);
      got += piece.length;
      this.offset += piece.length;
      if (this.offset < this.pieces[0].length) continue;
      this.pieces.shift();
      this.offset = 0;
    }
    this.length -= got;
    return got;
  }
}

const isQuiet = (samples: Float32Array): boolean => samples.every((sample) => Math.abs(sample) < QUIET);

// A test imports `SoundBuffer` where there is no worklet.
if (typeof registerProcessor !== "undefined") {
  registerProcessor("sidelink-playing", class extends AudioWorkletProcessor {
    private readonly buffer = new SoundBuffer();
    private isOpen = true;

    constructor() {
      super();
      this.port.onmessage = ({ data }: MessageEvent<MessagePort | null>) => {
        if (!data) return void (this.isOpen = false);
        data.onmessage = (event: MessageEvent<SoundToPlay>) => this.buffer.add(event.data.samples, event.data.delayMs);
      };
    }

    process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
      const out = outputs[0]?.[0];
      if (out) this.buffer.take(out);
      return this.isOpen;
    }
  });
}
