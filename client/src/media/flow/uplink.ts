import { Bucket } from "./bucket.js";
import type { AckedQueue } from "./queue.js";

/** How the page encodes its video now. */
export interface VideoTarget {
  /** Bits per second. */
  readonly bitrate: number;
  /** Width and height are divided by this. */
  readonly shrink: 1 | 2;
}

export const START_BITRATE = 700_000;
/** Interval of `adapt`. */
export const ADAPT_INTERVAL_MS = 500;
export const FRAME_RATE = 24;

const MIN_BITRATE = 80_000;
/** The queue's age over which video is dropped before the encoder, which breaks no reference. */
const DROP_MS = 250;
const CALM_MS = 150;
/** Sound is worth its delay for longer. */
const DROP_AUDIO_MS = 1_000;
/** VP8 at 640x360 does not go below about 300 kbit/s with busy pictures. */
const SHRINK_BELOW = 250_000;
/** Above the other bound, so that the resolution does not flap. */
const GROW_ABOVE = 350_000;

/** Whether a picture may be encoded now. */
export const maySendVideo = (queue: AckedQueue, now: number): boolean => queue.age(now) <= DROP_MS;
/** Whether sound may be encoded now. */
export const maySendAudio = (queue: AckedQueue, now: number): boolean => queue.age(now) <= DROP_AUDIO_MS;

/** Returns the next target. `limit`: what the bridge allows. To be called every half second while video is sent. */
export function adapt(target: VideoTarget, queue: AckedQueue, limit: number, now: number): VideoTarget {
  const bitrate = clamp(nextBitrate(target.bitrate, queue, now), MIN_BITRATE, Math.max(MIN_BITRATE, Math.min(START_BITRATE, limit)));
  const shrink = bitrate < SHRINK_BELOW ? 2 : bitrate > GROW_ABOVE ? 1 : target.shrink;
  return { bitrate, shrink };
}

function nextBitrate(bitrate: number, queue: AckedQueue, now: number): number {
  const age = queue.age(now);
  if (age > DROP_MS) return Math.round(Math.min(bitrate * 0.7, (queue.delivery(now) ?? Infinity) * 0.8));
  return age < CALM_MS ? Math.round(bitrate * 1.05) : bitrate;
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

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

const AREA = 640 * 360;

/** Returns the size to encode: the picture's shape, not larger than 640x360 in area, even, divided by `shrink`. */
export function encodedSize(width: number, height: number, shrink: number): { width: number; height: number } {
  const factor = Math.min(1, Math.sqrt(AREA / (width * height))) / shrink;
  const even = (value: number) => Math.max(2, Math.round((value * factor) / 2) * 2);
  return { width: even(width), height: even(height) };
}

/** The bridge closes the socket of a page that sends more. An encoder overshoots its bitrate with noisy pictures. */
const MAX_SENT = 1_300_000;

/** Keeps what is really sent below that: half a second of it may be spent in advance. In bits. */
export const videoBudget = (): Bucket => new Bucket(MAX_SENT, MAX_SENT / 2);
