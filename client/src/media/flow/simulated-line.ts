import { AckedQueue } from "./queue.js";
import { adapt, ADAPT_INTERVAL_MS, firstTarget, FRAME_RATE, maySendAudio, maySendVideo, videoBudget, type VideoTarget } from "./uplink.js";

/** A line of a test. Nothing is lost on it: what the shaper does not take waits at the sender, as with TCP. */
export interface Shape {
  /** Bits per second. */
  readonly rate: number;
  readonly roundTripMs: number;
  /** Nothing passes, in either direction, from `at` for `ms`. */
  readonly stop?: { readonly at: number; readonly ms: number };
}

interface Arrival {
  readonly at: number;
  readonly sent: number;
}

/** What a call over the line was like. */
export interface Seen {
  /** By the millisecond: the age of the newest picture that has arrived. */
  readonly behind: number[];
  readonly sound: readonly Arrival[];
  readonly pictures: readonly Arrival[];
  readonly targets: readonly VideoTarget[];
}

/** The bridge acknowledges this long after the first frame. */
const ACK_MS = 60;
const AUDIO_BYTES = 100;
/** WebSocket, TLS and TCP for one message. */
const OVERHEAD_BYTES = 60;
const HEADER_BYTES = 16;
/** A key frame at 640x360, and VP8's floor there with busy pictures; at half of it a third. */
const KEY_BYTES = 15_000;
const FLOOR_BITRATE = 300_000;

/** One direction of the line. */
class Direction {
  private free = 0;

  constructor(private readonly shape: Shape) {}

  /** Returns when the bytes have arrived. */
  carry(bytes: number, now: number): number {
    const from = this.open(Math.max(now, this.free));
    const takes = ((bytes + OVERHEAD_BYTES) * 8_000) / this.shape.rate;
    const { stop } = this.shape;
    this.free = stop && from < stop.at && from + takes > stop.at ? from + takes + stop.ms : from + takes;
    return this.free + this.shape.roundTripMs / 2;
  }

  private open(at: number): number {
    const { stop } = this.shape;
    return stop && at >= stop.at && at < stop.at + stop.ms ? stop.at + stop.ms : at;
  }
}

/** A page that sends a camera and a microphone over the line. */
class SimulatedPage {
  private readonly up;
  private readonly down;
  private readonly queue = new AckedQueue();
  private readonly budget = videoBudget();
  private target = firstTarget(0);
  private shrink = 0;
  private total = 0;
  private ackDue = Infinity;
  private readonly arrivals: { readonly at: number; readonly bytes: number }[] = [];
  private readonly acks: { readonly at: number; readonly total: number }[] = [];
  readonly sound: Arrival[] = [];
  readonly pictures: Arrival[] = [];
  readonly targets: VideoTarget[] = [];

  constructor(shape: Shape, private readonly keysAt: readonly number[]) {
    this.up = new Direction(shape);
    this.down = new Direction(shape);
  }

  pass(now: number): void {
    this.bridge(now);
    while (this.acks[0] && this.acks[0].at <= now) this.queue.acked(this.acks.shift()!.total, now);
    if (now % ADAPT_INTERVAL_MS === 0 && now > 0) this.adapt(now);
    if (now % 20 === 0 && maySendAudio(this.queue, now)) this.sound.push(this.send(AUDIO_BYTES, now));
    if (Math.floor((now * FRAME_RATE) / 1000) !== Math.floor(((now - 1) * FRAME_RATE) / 1000)) this.picture(now);
  }

  private adapt(now: number): void {
    this.target = adapt(this.target, this.queue, Infinity, now);
    this.targets.push(this.target);
  }

  private picture(now: number): void {
    if (!maySendVideo(this.queue, now) || !this.budget.isLeft(now)) return;
    const isKey = this.target.shrink !== this.shrink || this.keysAt.some((at) => at > now - 1000 / FRAME_RATE && at <= now);
    this.shrink = this.target.shrink;
    const bytes = this.size(isKey, now);
    this.budget.spend(bytes * 8, now);
    this.pictures.push(this.send(bytes, now));
  }

  /** Pictures differ by a third from each other. */
  private size(isKey: boolean, now: number): number {
    const part = this.shrink === 2 ? 1 / 3 : 1;
    if (isKey) return KEY_BYTES * part;
    const bitrate = Math.max(this.target.bitrate, FLOOR_BITRATE * part);
    return Math.round((bitrate / FRAME_RATE / 8) * (1 + Math.sin(now * 12.9898) / 3));
  }

  private send(body: number, now: number): Arrival {
    const bytes = body + HEADER_BYTES;
    this.queue.sent(bytes, now);
    const at = this.up.carry(bytes, now);
    this.arrivals.push({ at, bytes });
    return { at, sent: now };
  }

  private bridge(now: number): void {
    while (this.arrivals[0] && this.arrivals[0].at <= now) {
      this.total += this.arrivals.shift()!.bytes;
      this.ackDue = Math.min(this.ackDue, now + ACK_MS);
    }
    if (this.ackDue > now) return;
    this.ackDue = Infinity;
    this.acks.push({ at: this.down.carry(30, now), total: this.total });
  }
}

/** Sends for `seconds`. `keysAt`: when others need a key frame. */
export function sendsOver(shape: Shape, seconds: number, keysAt: readonly number[] = []): Seen {
  const page = new SimulatedPage(shape, keysAt);
  const behind: number[] = [];
  let newest = 0;
  let next = 0;
  for (let now = 0; now < seconds * 1_000; now += 1) {
    page.pass(now);
    for (; page.pictures[next] && page.pictures[next]!.at <= now; next += 1) newest = page.pictures[next]!.sent;
    behind.push(now - newest);
  }
  return { behind, sound: page.sound, pictures: page.pictures, targets: page.targets };
}

/** Returns the longest time, in milliseconds, for which the picture was more than `ms` behind, from one time to another. */
export function longestBehind({ behind }: Seen, ms: number, from: number, to: number): number {
  let longest = 0;
  let current = 0;
  for (const age of behind.slice(from, to)) {
    current = age > ms ? current + 1 : 0;
    longest = Math.max(longest, current);
  }
  return longest;
}

/** Returns by how much sound was later than the earliest, at the worst, of what was sent from one time to another. */
export function soundLateness({ sound }: Seen, from: number, to: number): number {
  const transits = sound.filter(({ sent }) => sent >= from && sent < to).map(({ at, sent }) => at - sent);
  return Math.max(...transits) - Math.min(...transits);
}

/** Returns a share of the delays of the pictures that were sent from one time to another. */
export function pictureDelay({ pictures }: Seen, share: number, from: number, to: number): number {
  const delays = pictures.filter(({ sent }) => sent >= from && sent < to).map(({ at, sent }) => at - sent).sort((a, b) => a - b);
  return delays[Math.floor((delays.length - 1) * share)] ?? Infinity;
}
