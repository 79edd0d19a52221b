/** Limits a rate: what is spent flows off with time. */
export class Bucket {
  private level = 0;
  private at = 0;

  /** `rate`: units a second. `burst`: units that may be spent in advance. */
  constructor(private readonly rate: number, private readonly burst: number) {}

  isLeft(now: number): boolean {
    this.flow(now);
    return this.level < this.burst;
  }

  spend(units: number, now: number): void {
    this.flow(now);
    this.level += units;
  }

  private flow(now: number): void {
    this.level = Math.max(0, this.level - ((now - this.at) * this.rate) / 1000);
    this.at = now;
  }
}
