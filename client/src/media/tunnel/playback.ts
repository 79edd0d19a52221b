import type { EngineHost } from "./engine-host.js";
import { soundContext } from "./sound-context.js";

/** Where a track of another participant plays. */
export interface Output {
  readonly media: MediaStreamTrack;
  /** Shows a picture that the engine sent to the page; takes it over. */
  draw?(frame: VideoFrame): void;
  close(): void;
}

/** Makes a video track of the engine's pictures. */
export function videoOutput(engine: EngineHost, track: number): Output {
  if (typeof MediaStreamTrackGenerator === "undefined") return canvasOutput(engine, track);
  const generator = new MediaStreamTrackGenerator({ kind: "video" });
  engine.post({ type: "output", track, to: generator.writable }, [generator.writable]);
  return { media: generator, close: () => undefined };
}

function canvasOutput(engine: EngineHost, track: number): Output {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { alpha: false })!;
  const [media] = canvas.captureStream().getVideoTracks();
  engine.post({ type: "output", track, to: "pictures" });
  const draw = (frame: VideoFrame) => {
    if (canvas.width !== frame.displayWidth) canvas.width = frame.displayWidth;
    if (canvas.height !== frame.displayHeight) canvas.height = frame.displayHeight;
    context.drawImage(frame, 0, 0);
    frame.close();
  };
  return { media: media!, draw, close: () => undefined };
}

/** Makes an audio track of the engine's sound. */
export async function soundOutput(engine: EngineHost, track: number): Promise<Output> {
  const { context, playing } = soundContext();
  await playing;
  const node = new AudioWorkletNode(context, "sidelink-playing", { numberOfInputs: 0, outputChannelCount: [1] });
  const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  node.connect(destination);
  const { port1, port2 } = new MessageChannel();
  node.port.postMessage(port1, [port1]);
  engine.post({ type: "output", track, to: port2 }, [port2]);
  const close = () => {
    node.port.postMessage(null);
    node.disconnect();
  };
  return { media: destination.stream.getAudioTracks()[0]!, close };
}
