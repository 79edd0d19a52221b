// An audio worklet's module: loaded by its address, so it imports nothing at run time.
import type { SoundBlock } from "./port.js";

const BLOCK_MS = 20;

registerProcessor("sidelink-capturing", class extends AudioWorkletProcessor {
  private readonly block = new Float32Array((sampleRate * BLOCK_MS) / 1000);
  private filled = 0;
  private to: MessagePort | null = null;
  private isOpen = true;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<MessagePort | null>) => {
      this.to = data;
      this.isOpen = data !== null;
    };
  }

  process(inputs: Float32Array[][]): boolean {
    const input = inputs[0]?.[0];
    for (let done = 0; input && done < input.length; ) {
      const part = input.subarray(done, done + this.block.length - this.filled);
      this.block.set(part, this.filled);
      this.filled += part.length;
      done += part.length;
      if (this.filled === this.block.length) this.send();
    }
    return this.isOpen;
  }

  private send(): void {
    const samples = this.block.slice();
    this.filled = 0;
    const sound: SoundBlock = { samples, at: currentTime * 1000 - BLOCK_MS, sampleRate };
    this.to?.postMessage(sound, [samples.buffer]);
  }
});
