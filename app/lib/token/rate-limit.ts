/** Counts per address in windows of fixed length, in this process's memory. */
export class RateLimit {
  private readonly windows = new Map<string, { count: number; endsAt: number }>();

  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
    private readonly addresses = 10_000,
  ) {}

  /** 0 when the request may pass, else the seconds after which it may. */
  admit(address: string, now: number): number {
    const window = this.windows.get(address);
    if (window === undefined || window.endsAt <= now) {
      this.windows.delete(address);
      this.makeRoom(now);
      this.windows.set(address, { count: 1, endsAt: now + this.windowMs });
      return 0;
    }
    window.count += 1;
    return window.count <= this.limit ? 0 : Math.ceil((window.endsAt - now) / 1000);
  }

  // Insertion order is the order in which windows end, so the first ones are the oldest.
  private makeRoom(now: number): void {
    for (const [address, { endsAt }] of this.windows) {
      if (endsAt > now && this.windows.size < this.addresses) return;
      this.windows.delete(address);
    }
  }
}
