/**
 * A validated exponential backoff: doubles from `minMs` to `maxMs`, shortened at random by up to
 * the share `jitter`.
 */
export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
  /** Milliseconds to wait after `failures` failures in a row (the first failure is 1). */
  delay(failures: number, random?: () => number): number;
}

/** Creates a backoff. @throws RangeError unless 0 < minMs ≤ maxMs and 0 ≤ jitter ≤ 1 */
export function backoff(minMs: number, maxMs: number, jitter: number): Backoff {
  const fits = minMs > 0 && maxMs >= minMs && maxMs < Infinity && jitter >= 0 && jitter <= 1;
  if (!fits) throw new RangeError("0 < minMs <= maxMs, 0 <= jitter <= 1");
  const delay = (failures: number, random = Math.random) => Math.min(minMs * 2 ** (failures - 1), maxMs) * (1 - jitter * random());
  return { minMs, maxMs, delay };
}
