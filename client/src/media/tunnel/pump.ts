export interface Pump {
  stop(): void;
}

/** Gives each frame of `stream` to `take`, which owns it, until the stream ends or `stop`. */
export function pump<T>(stream: ReadableStream<T>, take: (frame: T) => void): Pump {
  const reader = stream.getReader();
  const run = async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      try {
        take(value);
      } catch {
        // One frame is lost; the encoder is made anew at the next one.
      }
    }
  };
  run().catch(() => undefined);
  return { stop: () => void reader.cancel().catch(() => undefined) };
}
