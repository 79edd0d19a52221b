import { SAMPLE_RATE } from "./codecs.js";

const FRAME_US = 20_000;
const FRAME_LENGTH = (SAMPLE_RATE * FRAME_US) / 1_000_000;

/** Cuts sound of any sample rate into frames of 20 ms at 48 kHz. */
export class SoundFrames {
  private frame = new Float32Array(FRAME_LENGTH);
  private filled = 0;
  /** The last sample of the block before, and where the next output sample lies behind it, in input samples. */
  private last = 0;
  private position = 1;

  /** `timestamp`: of the first sample, in microseconds. */
  add(samples: Float32Array, sampleRate: number, timestamp: number, onFrame: (frame: Float32Array<ArrayBuffer>, timestamp: number) => void): void {
    let start = timestamp - (this.filled * 1_000_000) / SAMPLE_RATE;
    for (const sample of sampleRate === SAMPLE_RATE ? samples : this.resampled(samples, sampleRate / SAMPLE_RATE)) {
      this.frame[this.filled++] = sample;
      if (this.filled < FRAME_LENGTH) continue;
      onFrame(this.frame.slice(), Math.round(start));
      start += FRAME_US;
      this.filled = 0;
    }
  }

  /** Interpolates between neighbours, which is enough for a voice: rates below 48 kHz keep their whole band. */
  private *resampled(samples: Float32Array, step: number): Generator<number> {
    const at = (index: number) => (index === 0 ? this.last : samples[index - 1]!);
    for (; this.position < samples.length; this.position += step) {
      const index = Math.floor(this.position);
      const share = this.position - index;
      yield at(index) * (1 - share) + at(index + 1) * share;
    }
    this.position -= samples.length;
    this.last = samples.at(-1) ?? this.last;
  }
}
