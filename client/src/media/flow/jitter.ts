interface Patience {
  /** The share of frames that is waited for, of this many milliseconds. */
  readonly share: number;
  readonly windowMs: number;
  /** A frame that is later was held up by a stall, for which no delay is of use. */
  readonly mostMs: number;
}

/** How late frames are against the earliest ones, and the delay that lets enough of them arrive in time. */
class Lateness {
  private samples: { readonly at: number; readonly ms: number }[] = [];
  private worst = 0;
  private computedAt = -Infinity;

  constructor(private readonly patience: Patience) {}

  add(ms: number, now: number): void {
    if (ms <= this.patience.mostMs) this.samples.push({ at: now, ms });
    if (now - this.computedAt >= COMPUTE_MS) this.compute(now);
  }

  get ms(): number {
    return this.worst;
  }

  private compute(now: number): void {
    this.computedAt = now;
    this.samples = this.samples.filter(({ at }) => at > now - this.patience.windowMs);
    const sorted = this.samples.map(({ ms }) => ms).sort((a, b) => a - b);
    this.worst = sorted[Math.floor((sorted.length - 1) * this.patience.share)] ?? 0;
  }
}

const COMPUTE_MS = 200;
const SPARE_MS = 10;
const AUDIO_MS = { least: 40, most: 240 };
const MOST_VIDEO_MS = 300;
/** Sound that comes too late is missing. */
const SOUND: Patience = { share: 0.95, windowMs: 6_000, mostMs: AUDIO_MS.most };
/** A picture that comes too late is shown late. */
const PICTURES: Patience = { share: 0.75, windowMs: 2_000, mostMs: MOST_VIDEO_MS };
/** Pictures may precede or follow the sound by this much before a viewer notices. */
const LIP_SYNC_MS = 60;
/** The base forgets frames older than this, because two clocks drift. */
const BASE_WINDOW_MS = 10_000;

/** The playout of one sender: sound and pictures on one clock. Times are milliseconds of the page's clock. */
export class Playout {
  private readonly audio = new Lateness(SOUND);
  private readonly video = new Lateness(PICTURES);
  private base = Infinity;
  private earlierBase = Infinity;
  private baseSince = -Infinity;

  /** Records a frame with capture time `timestamp` (µs of the sender) that arrives at `now`. */
  arrived(kind: "audio" | "video", timestamp: number, now: number): void {
    const transit = now - timestamp / 1000;
    if (now - this.baseSince > BASE_WINDOW_MS) {
      this.earlierBase = this.base;
      this.base = Infinity;
      this.baseSince = now;
    }
    this.base = Math.min(this.base, transit);
    this[kind].add(transit - this.leastTransit, now);
  }

  /** Returns the milliseconds of sound to hold before playing. */
  audioDelay(): number {
    const own = clamp(this.audio.ms + SPARE_MS, AUDIO_MS.least, AUDIO_MS.most);
    return clamp(this.videoLateness() - LIP_SYNC_MS, own, AUDIO_MS.most);
  }

  /** Returns when a picture is to be shown; may be in the past. */
  videoDue(timestamp: number): number {
    const delay = this.audio.ms > 0 ? Math.max(this.audioDelay() - LIP_SYNC_MS, this.videoLateness()) : this.videoLateness();
    return timestamp / 1000 + this.leastTransit + delay;
  }

  private videoLateness(): number {
    return Math.min(this.video.ms + SPARE_MS, MOST_VIDEO_MS);
  }

  private get leastTransit(): number {
    return Math.min(this.base, this.earlierBase);
  }
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
