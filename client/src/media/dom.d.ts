// Names that TypeScript's DOM library lacks: breakout boxes (Chromium; Safari in workers) and audio worklets.

interface MediaStreamTrackProcessor<T extends VideoFrame | AudioData> {
  readonly readable: ReadableStream<T>;
}
declare var MediaStreamTrackProcessor: {
  new <T extends VideoFrame | AudioData>(init: { track: MediaStreamTrack; maxBufferSize?: number }): MediaStreamTrackProcessor<T>;
};

interface MediaStreamTrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}
declare var MediaStreamTrackGenerator: {
  new (init: { kind: "video" }): MediaStreamTrackGenerator;
};

declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
/** Seconds, and frames per second, of the worklet's context. */
declare const currentTime: number;
declare const sampleRate: number;
