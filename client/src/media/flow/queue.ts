interface Sent {
  /** Bytes sent on this socket up to and with this frame. */
  readonly end: number;
  readonly at: number;
}

/** The shortest time until an ack that is believed; more of it is a queue that was there from the start. */
const MAX_BASE_MS = 400;
/** Before the first ack the path's own time is unknown. */
const UNKNOWN_BASE_MS = 400;
const BASE_WINDOW_MS = 30_000;
const DELIVERY_WINDOW_MS = 1_000;

/** Measures the queue of one socket by the bytes that the other side acknowledges. Times are in milliseconds. */
export class AckedQueue {
  private sentBytes = 0;
  private ackedBytes = 0;
  private readonly waiting: Sent[] = [];
  private readonly delays: { readonly at: number; readonly ms: number }[] = [];
  private readonly acks: { readonly at: number; readonly bytes: number }[] = [];
  /** When something was last acknowledged. */
  ackedAt = -Infinity;

  sent(bytes: number, now: number): void {
    this.sentBytes += bytes;
    this.waiting.push({ end: this.sentBytes, at: now });
  }

  /** `total`: all bytes that the other side has received. Acks that go backwards or too far are ignored. */
  acked(total: number, now: number): void {
    if (total <= this.ackedBytes || total > this.sentBytes) return;
    let last: Sent | undefined;
    while (this.waiting[0] && this.waiting[0].end <= total) last = this.waiting.shift();
    if (last) this.delays.push({ at: now, ms: now - last.at });
    this.ackedBytes = total;
    this.ackedAt = now;
    this.acks.push({ at: now, bytes: total });
    prune(this.delays, now - BASE_WINDOW_MS);
    prune(this.acks, now - DELIVERY_WINDOW_MS);
  }

  /**
   * Returns how much longer the oldest unacknowledged frame has waited than the path itself takes. Without that
   * subtraction a path with a round trip of 200 ms would always look congested.
   */
  age(now: number): number {
    const oldest = this.waiting[0];
    return oldest ? Math.max(0, now - oldest.at - this.base()) : 0;
  }

  /**
   * Returns the shortest round trip of the last half minute, null before the first ack. The bridge delays an ack, but
   * not for the last frame that it covers.
   */
  roundTrip(): number | null {
    return this.delays.length === 0 ? null : Math.round(this.shortest());
  }

  /** Returns the delivered bits per second of the last second, null where too few acks came. */
  delivery(now: number): number | null {
    const first = this.acks[0];
    const last = this.acks.at(-1);
    if (!first || !last || last.at - first.at < 100 || now - last.at > DELIVERY_WINDOW_MS) return null;
    return ((last.bytes - first.bytes) * 8_000) / (last.at - first.at);
  }

  private base(): number {
    return this.delays.length === 0 ? UNKNOWN_BASE_MS : Math.min(MAX_BASE_MS, this.shortest());
  }

  private shortest(): number {
    return Math.min(...this.delays.map(({ ms }) => ms));
  }
}

function prune(list: { readonly at: number }[], before: number): void {
  while (list.length > 1 && list[0]!.at < before) list.shift();
}
