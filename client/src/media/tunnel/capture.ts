import type { EngineHost } from "./engine-host.js";
import { capturingContext } from "./sound-context.js";

export interface Capture {
  stop(): void;
}

const NOTHING: Capture = { stop: () => undefined };

/** Sends the camera's pictures to the engine by the best way that this browser has. */
export function captureCamera(engine: EngineHost, track: MediaStreamTrack): Capture {
  if (typeof MediaStreamTrackProcessor !== "undefined") {
    const { readable } = new MediaStreamTrackProcessor<VideoFrame>({ track });
    engine.post({ type: "camera", source: { stream: readable } }, [readable]);
    return NOTHING;
  }
  return captureInWorker(engine, track) ?? captureElement(engine, track);
}

/** Safari 18 has the processor in workers only, and can transfer a track. */
function captureInWorker(engine: EngineHost, track: MediaStreamTrack): Capture | null {
  if (!engine.isWorker || !engine.features.hasProcessor) return null;
  const copy = track.clone();
  try {
    engine.post({ type: "camera", source: { track: copy } }, [copy as unknown as Transferable]);
    return NOTHING;
  } catch {
    copy.stop();
    return null;
  }
}

function captureElement(engine: EngineHost, track: MediaStreamTrack): Capture {
  const video = document.createElement("video");
  Object.assign(video, { muted: true, playsInline: true, srcObject: new MediaStream([track]) });
  // Safari plays only what is in the document.
  video.style.cssText = "position:fixed;width:1px;height:1px;opacity:0;pointer-events:none";
  document.body.append(video);
  void video.play().catch(() => undefined);
  engine.post({ type: "camera", source: "pictures" });
  let request = video.requestVideoFrameCallback(function taken(now) {
    request = video.requestVideoFrameCallback(taken);
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    const frame = new VideoFrame(video, { timestamp: Math.round(now * 1000) });
    engine.post({ type: "picture", frame }, [frame]);
  });
  return {
    stop() {
      video.cancelVideoFrameCallback(request);
      video.srcObject = null;
      video.remove();
    },
  };
}

/** Sends the microphone's sound to the engine. */
export function captureMicrophone(engine: EngineHost, track: MediaStreamTrack): Capture {
  if (typeof MediaStreamTrackProcessor !== "undefined") {
    const processor = audioProcessor(track);
    if (processor) {
      engine.post({ type: "microphone", source: { stream: processor } }, [processor]);
      return NOTHING;
    }
  }
  return captureByWorklet(engine, track);
}

/** Returns null where processors take video only. */
function audioProcessor(track: MediaStreamTrack): ReadableStream<AudioData> | null {
  try {
    return new MediaStreamTrackProcessor<AudioData>({ track }).readable;
  } catch {
    return null;
  }
}

function captureByWorklet(engine: EngineHost, track: MediaStreamTrack): Capture {
  const { port1, port2 } = new MessageChannel();
  let nodes: readonly AudioNode[] = [];
  let isStopped = false;
  engine.post({ type: "microphone", source: { port: port2 } }, [port2]);
  void listen(track).then(({ source, worklet }) => {
    nodes = [source, worklet];
    worklet.port.postMessage(isStopped ? null : port1, isStopped ? [] : [port1]);
    if (!isStopped) source.connect(worklet);
  });
  return {
    stop() {
      isStopped = true;
      for (const node of nodes) node.disconnect();
      for (const node of nodes) if (node instanceof AudioWorkletNode) node.port.postMessage(null);
    },
  };
}

/** Makes the nodes that read the track. */
async function listen(track: MediaStreamTrack): Promise<{ source: AudioNode; worklet: AudioWorkletNode }> {
  const stream = new MediaStream([track]);
  const worklet = (context: AudioContext) =>
    new AudioWorkletNode(context, "sidelink-capturing", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  const shared = await capturingContext();
  try {
    return { source: shared.createMediaStreamSource(stream), worklet: worklet(shared) };
  } catch {
    // Firefox takes a microphone only at its own sample rate.
    const own = await capturingContext(true);
    return { source: own.createMediaStreamSource(stream), worklet: worklet(own) };
  }
}
