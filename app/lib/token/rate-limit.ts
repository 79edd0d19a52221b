/** Counts requests per key in windows of fixed length, in this process's memory. */
export class RateLimit {
  private readonly windows = new Map<string, { count: number; endsAt: number }>();

  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
    private readonly maxKeys = 10_000,
  ) {}

  /** Returns 0 when the request may pass, else the seconds after which it may. */
  admit(key: string, now: number): number {
    const window = this.windows.get(key);
    if (window === undefined || window.endsAt <= now) {
      this.windows.delete(key);
      this.makeRoom(now);
      this.windows.set(key, { count: 1, endsAt: now + this.windowMs });
      return 0;
    }
    window.count += 1;
    return window.count <= this.limit ? 0 : Math.ceil((window.endsAt - now) / 1000);
  }

  // Windows end in insertion order, so the first ones are the oldest.
  private makeRoom(now: number): void {
    for (const [key, { endsAt }] of this.windows) {
      if (endsAt > now && this.windows.size < this.maxKeys) return;
      this.windows.delete(key);
    }
  }
}
