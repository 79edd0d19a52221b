import { Bucket } from "./bucket.js";
import type { AckedQueue } from "./queue.js";

/** How the page encodes its video now. */
export interface VideoTarget {
  /** Bits per second. */
  readonly bitrate: number;
  /** Width and height are divided by this. */
  readonly shrink: 1 | 2;
  /** When the bitrate was last lowered, and the size last changed. */
  readonly loweredAt: number;
  readonly resizedAt: number;
  /** How long the smaller size is kept at least. */
  readonly waitMs: number;
}

export const MAX_BITRATE = 700_000;
const FIRST_BITRATE = 300_000;
/** Interval of `adapt`. */
export const ADAPT_INTERVAL_MS = 500;
export const FRAME_RATE = 24;

const MIN_BITRATE = 80_000;
/** Every half second, until the line has shown its limit, and after that. */
const FIRST_RISE = 1.15;
const RISE = 1.04;
/** The queue's age over which video is dropped before the encoder, which breaks no reference. */
const DROP_MS = 200;
const CALM_MS = 120;
/** Sound is worth its delay for longer. */
const DROP_AUDIO_MS = 1_000;
/** VP8 at 640x360 does not go below about 300 kbit/s with busy pictures. */
const SHRINK_BELOW = 250_000;
/** A key frame at the full size holds sound back for 300 ms at 400 kbit/s. */
const GROW_ABOVE = 450_000;
/** A line has to carry the bitrate for this long before the first full size. */
const FIRST_WAIT_MS = 1_500;
const WAIT_MS = 5_000;
const MAX_WAIT_MS = 60_000;
/** A size that lasted this long fits the line. */
const ATTEMPT_MS = 6_000;

/** Returns the first target: small, because the line is unknown and its first frame is a key frame. */
export const firstTarget = (now: number): VideoTarget => ({ bitrate: FIRST_BITRATE, shrink: 2, loweredAt: -Infinity, resizedAt: now, waitMs: FIRST_WAIT_MS });

/** Whether a picture may be encoded now. */
export const maySendVideo = (queue: AckedQueue, now: number): boolean => queue.age(now) <= DROP_MS;
/** Whether sound may be encoded now. */
export const maySendAudio = (queue: AckedQueue, now: number): boolean => queue.age(now) <= DROP_AUDIO_MS;

/** Returns the next target. `limit`: what the bridge allows. To be called every half second while video is sent. */
export function adapt(target: VideoTarget, queue: AckedQueue, limit: number, now: number): VideoTarget {
  const highest = Math.max(MIN_BITRATE, Math.min(MAX_BITRATE, limit));
  const wanted = nextBitrate(target, queue, now);
  const bitrate = Math.min(highest, Math.max(MIN_BITRATE, wanted));
  return resized({ ...target, bitrate, loweredAt: wanted < target.bitrate ? now : target.loweredAt }, queue, now);
}

/** A line that stands still shows nothing about its rate: the bitrate falls once, and again after the next ack. */
function nextBitrate({ bitrate, loweredAt }: VideoTarget, queue: AckedQueue, now: number): number {
  const age = queue.age(now);
  const rise = loweredAt === -Infinity ? FIRST_RISE : RISE;
  if (age <= DROP_MS) return age < CALM_MS ? Math.round(bitrate * rise) : bitrate;
  if (queue.ackedAt <= loweredAt) return bitrate;
  return Math.round(Math.min(bitrate * 0.7, (queue.delivery(now) ?? Infinity) * 0.8));
}

function resized(target: VideoTarget, queue: AckedQueue, now: number): VideoTarget {
  const lasted = now - target.resizedAt;
  if (target.shrink === 1) {
    if (target.bitrate >= SHRINK_BELOW) return target;
    const waitMs = lasted < ATTEMPT_MS ? Math.min(MAX_WAIT_MS, target.waitMs * 2) : WAIT_MS;
    return { ...target, shrink: 2, resizedAt: now, waitMs };
  }
  const mayGrow = target.bitrate > GROW_ABOVE && lasted >= target.waitMs && queue.age(now) < CALM_MS;
  return mayGrow ? { ...target, shrink: 1, resizedAt: now, waitMs: Math.max(WAIT_MS, target.waitMs) } : target;
}

/** Paces frames: returns whether one captured at `timestamp` (µs) is due, so that `FRAME_RATE` is not exceeded. */
export class FramePace {
  private due = -Infinity;

  take(timestamp: number): boolean {
    const interval = 1_000_000 / FRAME_RATE;
    if (timestamp < this.due - interval / 8 && timestamp > this.due - 4 * interval) return false;
    this.due = Math.max(this.due + interval, timestamp);
    return true;
  }
}

/** The bridge closes the socket of a page that sends more. An encoder overshoots its bitrate with noisy pictures. */
const MAX_SENT = 1_300_000;

/** Keeps what is really sent below that: half a second of it may be spent in advance. In bits. */
export const videoBudget = (): Bucket => new Bucket(MAX_SENT, MAX_SENT / 2);
