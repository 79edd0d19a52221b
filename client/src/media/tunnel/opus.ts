import { compilesWasm, decodesOpus, encodesOpus } from "./codec-support.js";
import { OPUS_DECODER_CONFIG, opusEncoderConfig } from "./codecs.js";
import { loadWasmOpus } from "./wasm-opus.js";

/** Encodes mono sound as Opus packets of 20 ms. */
export interface OpusEncoder {
  /** `timestamp` in microseconds; the packet has the same. */
  encode(samples: Float32Array<ArrayBuffer>, sampleRate: number, timestamp: number): void;
  close(): void;
}

/** Decodes Opus packets to mono sound at 48 kHz. */
export interface OpusDecoder {
  decode(packet: Uint8Array<ArrayBuffer>, timestamp: number): void;
  close(): void;
}

export interface OpusCodec {
  encoder(onPacket: (packet: Uint8Array<ArrayBuffer>, timestamp: number) => void): OpusEncoder;
  decoder(onSound: (samples: Float32Array<ArrayBuffer>) => void): OpusDecoder;
}

/** Opus by WebCodecs. */
export const webCodecsOpus: OpusCodec = { encoder, decoder };

/** Returns Opus by WebCodecs, in WebAssembly where this browser lacks that, or null where neither works. */
export async function loadOpus(): Promise<OpusCodec | null> {
  const [encodes, decodes] = await Promise.all([encodesOpus(), decodesOpus()]);
  if (encodes && decodes) return webCodecsOpus;
  if (!compilesWasm()) return null;
  const wasm = await loadWasmOpus();
  return { encoder: encodes ? encoder : wasm.encoder, decoder: decodes ? decoder : wasm.decoder };
}

function encoder(onPacket: (packet: Uint8Array<ArrayBuffer>, timestamp: number) => void): OpusEncoder {
  let current: AudioEncoder | null = null;
  let currentRate = 0;
  const output = (chunk: EncodedAudioChunk) => {
    const packet = new Uint8Array(chunk.byteLength);
    chunk.copyTo(packet);
    onPacket(packet, chunk.timestamp);
  };
  const configured = (sampleRate: number): AudioEncoder => {
    if (current?.state === "configured" && currentRate === sampleRate) return current;
    if (current && current.state !== "closed") current.close();
    current = new AudioEncoder({ output, error: () => (current = null) });
    currentRate = sampleRate;
    current.configure(opusEncoderConfig(sampleRate));
    return current;
  };
  return {
    encode(samples, sampleRate, timestamp) {
      const sound = new AudioData({ format: "f32-planar", sampleRate, numberOfFrames: samples.length, numberOfChannels: 1, timestamp, data: samples });
      configured(sampleRate).encode(sound);
      sound.close();
    },
    close: () => void (current && current.state !== "closed" && current.close()),
  };
}

function decoder(onSound: (samples: Float32Array<ArrayBuffer>) => void): OpusDecoder {
  let current: AudioDecoder | null = null;
  const output = (sound: AudioData) => {
    onSound(toMono(sound));
    sound.close();
  };
  const configured = (): AudioDecoder => {
    if (current?.state === "configured") return current;
    current = new AudioDecoder({ output, error: () => (current = null) });
    current.configure(OPUS_DECODER_CONFIG);
    return current;
  };
  return {
    decode: (packet, timestamp) => configured().decode(new EncodedAudioChunk({ type: "key", timestamp, data: packet })),
    close: () => void (current && current.state !== "closed" && current.close()),
  };
}

/** Copies the sound as one channel: the mean of all. */
export function toMono(sound: AudioData): Float32Array<ArrayBuffer> {
  const mono = new Float32Array(sound.numberOfFrames);
  sound.copyTo(mono, { planeIndex: 0, format: "f32-planar" });
  if (sound.numberOfChannels < 2) return mono;
  const other = new Float32Array(sound.numberOfFrames);
  sound.copyTo(other, { planeIndex: 1, format: "f32-planar" });
  for (let i = 0; i < mono.length; i += 1) mono[i] = (mono[i]! + other[i]!) / 2;
  return mono;
}
