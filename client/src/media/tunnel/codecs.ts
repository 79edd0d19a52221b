import type { Codec } from "../wire/messages.js";

/** What WebCodecs calls the protocol's codecs. H.264: constrained baseline, level 3.1. */
export const CODEC_STRINGS = { vp8: "vp8", h264: "avc1.42E01F", opus: "opus" } as const;

export const SAMPLE_RATE = 48_000;

export type VideoCodec = "vp8" | "h264";

export function encoderConfig(codec: VideoCodec, size: { width: number; height: number }, bitrate: number, framerate: number): VideoEncoderConfig {
  return {
    codec: CODEC_STRINGS[codec],
    ...size,
    bitrate,
    framerate,
    latencyMode: "realtime",
    ...(codec === "h264" && { avc: { format: "annexb" } }),
  };
}

/** Returns the codec to send with, null where this browser encodes none. VP8 is preferred: every browser decodes it. */
export async function sendCodec(): Promise<VideoCodec | null> {
  if (typeof VideoEncoder === "undefined") return null;
  for (const codec of ["vp8", "h264"] as const) {
    const config = encoderConfig(codec, { width: 640, height: 360 }, 700_000, 24);
    const { supported } = await VideoEncoder.isConfigSupported(config).catch(() => ({ supported: false }));
    if (supported) return codec;
  }
  return null;
}

/** Returns the codecs that this browser decodes. */
export async function decodedCodecs(): Promise<Codec[]> {
  const found: Codec[] = [];
  for (const codec of ["vp8", "h264"] as const) {
    if (typeof VideoDecoder === "undefined") break;
    const { supported } = await VideoDecoder.isConfigSupported(decoderConfig(codec)).catch(() => ({ supported: false }));
    if (supported) found.push(codec);
  }
  return typeof AudioDecoder === "undefined" ? found : [...found, "opus"];
}

export function decoderConfig(codec: VideoCodec): VideoDecoderConfig {
  return { codec: CODEC_STRINGS[codec], optimizeForLatency: true };
}
