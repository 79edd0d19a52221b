/** What WebCodecs calls the protocol's codecs. H.264: constrained baseline, level 3.1. */
export const CODEC_STRINGS = { vp8: "vp8", h264: "avc1.42E01F", opus: "opus" } as const;

export const SAMPLE_RATE = 48_000;

export const OPUS_BITRATE = 32_000;

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

export function opusEncoderConfig(sampleRate: number): AudioEncoderConfig {
  const opus = { frameDuration: 20_000, application: "voip" };
  return { codec: CODEC_STRINGS.opus, sampleRate, numberOfChannels: 1, bitrate: OPUS_BITRATE, opus } as AudioEncoderConfig;
}

/** Two channels, because others may send stereo. */
export const OPUS_DECODER_CONFIG: AudioDecoderConfig = { codec: CODEC_STRINGS.opus, sampleRate: SAMPLE_RATE, numberOfChannels: 2 };

export function decoderConfig(codec: VideoCodec): VideoDecoderConfig {
  return { codec: CODEC_STRINGS[codec], optimizeForLatency: true };
}
