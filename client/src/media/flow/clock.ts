const WINDOW_MS = 10_000;

/**
 * Maps a source's timestamps to the engine's clock. The base is the least (now − timestamp) of the last 10 to 20 s: it
 * is free of the delays of a busy thread, and a first frame that came late does not shift sound against pictures.
 */
export class SourceClock {
  private current = Infinity;
  private previous = Infinity;
  private since = -Infinity;

  /** `timestamp` in microseconds of the source, `now` in milliseconds. Returns microseconds of the engine's clock. */
  map(timestamp: number, now: number): number {
    if (now - this.since > WINDOW_MS) {
      this.previous = this.current;
      this.current = Infinity;
      this.since = now;
    }
    this.current = Math.min(this.current, now * 1000 - timestamp);
    return timestamp + Math.min(this.current, this.previous);
  }
}

/** Milliseconds on the one clock of the engine's thread, to which every source is mapped. */
export const engineNow = (): number => performance.now();
