import { decoderConfig, encoderConfig, OPUS_DECODER_CONFIG, opusEncoderConfig, SAMPLE_RATE, type VideoCodec } from "./codecs.js";

/** The global object, or what a test has of it. */
export type Scope = Partial<Pick<typeof globalThis, "VideoEncoder" | "VideoDecoder" | "AudioEncoder" | "AudioDecoder" | "WebAssembly">>;

/** Returns the codec to send with, null where this browser encodes none. VP8 is preferred: every browser decodes it. */
export async function sendCodec({ VideoEncoder }: Scope = globalThis): Promise<VideoCodec | null> {
  for (const codec of ["vp8", "h264"] as const) {
    const config = encoderConfig(codec, { width: 640, height: 360 }, 700_000, 24);
    if (VideoEncoder && (await isSupported(VideoEncoder.isConfigSupported(config)))) return codec;
  }
  return null;
}

/** Returns the video codecs that this browser decodes. */
export async function decodedCodecs({ VideoDecoder }: Scope = globalThis): Promise<VideoCodec[]> {
  const found: VideoCodec[] = [];
  for (const codec of ["vp8", "h264"] as const) {
    if (VideoDecoder && (await isSupported(VideoDecoder.isConfigSupported(decoderConfig(codec))))) found.push(codec);
  }
  return found;
}

/** Whether WebCodecs encode Opus here. A browser may have the interface without this codec. */
export const encodesOpus = async ({ AudioEncoder }: Scope = globalThis): Promise<boolean> =>
  AudioEncoder !== undefined && isSupported(AudioEncoder.isConfigSupported(opusEncoderConfig(SAMPLE_RATE)));

export const decodesOpus = async ({ AudioDecoder }: Scope = globalThis): Promise<boolean> =>
  AudioDecoder !== undefined && isSupported(AudioDecoder.isConfigSupported(OPUS_DECODER_CONFIG));

/** Whether WebAssembly may be compiled: some browsers lack it, and a Content-Security-Policy may forbid it. */
export function compilesWasm({ WebAssembly }: Scope = globalThis): boolean {
  try {
    // The smallest module: its magic number and version.
    return WebAssembly !== undefined && new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)) !== null;
  } catch {
    return false;
  }
}

const isSupported = (answer: Promise<{ supported?: boolean }>): Promise<boolean> =>
  answer.then(({ supported }) => supported === true, () => false);
