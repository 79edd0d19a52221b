import { OPUS_BITRATE, SAMPLE_RATE } from "./codecs.js";
import type { OpusCodec, OpusDecoder, OpusEncoder } from "./opus.js";
import { SoundFrames } from "./sound-frames.js";

type Libopus = typeof import("./libopus.js");

/** As libwebrtc has it on phones: half the work of 10, hardly audible with a voice. */
const COMPLEXITY = 5;

/** Loads Opus in WebAssembly, for browsers without `AudioEncoder` and `AudioDecoder`: Safari 16.4 to 18. */
export async function loadWasmOpus(): Promise<OpusCodec> {
  // By this form it stays a separate file. Vite would put an import into the worker's one file, for every browser.
  const url = new URL("./libopus.js", import.meta.url);
  const libopus = (await import(/* webpackIgnore: true */ /* @vite-ignore */ url.href)) as Libopus;
  await libopus.loadLibopus();
  return { encoder: (onPacket) => encoder(libopus, onPacket), decoder: (onSound) => decoder(libopus, onSound) };
}

function encoder({ Application, createEncoder, Signal }: Libopus, onPacket: (packet: Uint8Array<ArrayBuffer>, timestamp: number) => void): OpusEncoder {
  const frames = new SoundFrames();
  const handle = held(createEncoder({
    channels: 1, sampleRate: SAMPLE_RATE, bitrate: OPUS_BITRATE, complexity: COMPLEXITY, application: Application.Voip, signal: Signal.Voice,
  }));
  return {
    encode(samples, sampleRate, timestamp) {
      const opus = handle.value;
      if (opus) frames.add(samples, sampleRate, timestamp, (frame, at) => onPacket(opus.encodeFloat(frame) as Uint8Array<ArrayBuffer>, at));
    },
    close: handle.close,
  };
}

function decoder({ createDecoder }: Libopus, onSound: (samples: Float32Array<ArrayBuffer>) => void): OpusDecoder {
  const handle = held(createDecoder({ channels: 1, sampleRate: SAMPLE_RATE }));
  return {
    decode(packet) {
      const samples = handle.value && decoded(handle.value, packet);
      if (samples) onSound(samples);
    },
    close: handle.close,
  };
}

/** Returns null for what is not an Opus packet. */
function decoded(opus: Awaited<ReturnType<Libopus["createDecoder"]>>, packet: Uint8Array): Float32Array<ArrayBuffer> | null {
  try {
    return opus.decodeFloat(packet) as Float32Array<ArrayBuffer>;
  } catch {
    return null;
  }
}

/** Holds what is created a few microtasks later, and frees it once. */
function held<T extends { free(): void }>(created: Promise<T>) {
  let isClosed = false;
  const holder = {
    value: null as T | null,
    close() {
      isClosed = true;
      holder.value?.free();
      holder.value = null;
    },
  };
  created.then(
    (value) => (isClosed ? value.free() : (holder.value = value)),
    () => undefined,
  );
  return holder;
}
