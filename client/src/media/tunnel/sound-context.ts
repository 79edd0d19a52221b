import { SAMPLE_RATE } from "./codecs.js";

/** The page's one audio context, and when its worklet that plays is loaded. */
export interface SoundContext {
  readonly context: AudioContext;
  readonly playing: Promise<void>;
}

let shared: SoundContext | null = null;
let users = 0;
const capturing: { shared?: Promise<AudioContext>; own?: Promise<AudioContext> } = {};

/** Returns the page's audio context. */
export function soundContext(): SoundContext {
  return (shared ??= create());
}

/** Starts the sound for one transport, best in a click. The last one that calls the returned function suspends it. */
export function useSound(): () => void {
  users += 1;
  const { context } = soundContext();
  void context.resume().catch(() => undefined);
  return () => {
    users -= 1;
    if (users === 0) void context.suspend().catch(() => undefined);
  };
}

function create(): SoundContext {
  const context = new AudioContext({ latencyHint: "interactive", sampleRate: SAMPLE_RATE });
  return { context, playing: context.audioWorklet.addModule(new URL("./playing-worklet.js", import.meta.url)) };
}

/** Returns a context with the worklet that captures. `own`: one with the device's sample rate. */
export function capturingContext(own = false): Promise<AudioContext> {
  if (own) return (capturing.own ??= loadCapturing(new AudioContext()));
  return (capturing.shared ??= loadCapturing(soundContext().context));
}

async function loadCapturing(context: AudioContext): Promise<AudioContext> {
  await context.audioWorklet.addModule(new URL("./capturing-worklet.js", import.meta.url));
  return context;
}
