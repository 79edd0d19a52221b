/** A retry pace that has been checked: doubles from `minMs` to `maxMs`, shortened at random by up to `jitter`. */
export class Backoff {
  private constructor(
    readonly minMs: number,
    readonly maxMs: number,
    readonly jitter: number,
  ) {}

  /** @throws RangeError unless 0 < minMs ≤ maxMs and 0 ≤ jitter ≤ 1 */
  static of({ minMs, maxMs, jitter }: { minMs: number; maxMs: number; jitter: number }): Backoff {
    if (!(minMs > 0 && Number.isFinite(minMs))) throw new RangeError("minMs must be above 0");
    if (!(maxMs >= minMs && Number.isFinite(maxMs))) throw new RangeError("maxMs must not be below minMs");
    if (!(jitter >= 0 && jitter <= 1)) throw new RangeError("jitter must be between 0 and 1");
    return new Backoff(minMs, maxMs, jitter);
  }

  /** Milliseconds to wait after `failures` failures in a row (the first failure is 1). */
  delay(failures: number, random: () => number = Math.random): number {
    const doubled = this.minMs * 2 ** Math.min(Math.max(failures - 1, 0), 30);
    const full = Math.min(doubled, this.maxMs);
    return Math.max(this.minMs * (1 - this.jitter), full * (1 - this.jitter * random()));
  }
}
