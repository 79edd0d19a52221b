// Random faults: the tunnel is restarted, LiveKit is killed. The same seed gives the same sequence.
import { docker, container, stack } from './stack.mjs';

const FAULTS = {
  cloudflared: () => docker('restart', container('cloudflared')),
  livekit: () => docker('kill', container('livekit')),
};
/** One moment in this many has a fault. */
const RARITY = 6;
/** This many moments after a fault are quiet, so that no fault follows some of the links. */
const QUIET = 3;

export class Misfortune {
  #random;
  #from;
  #quiet = 0;
  #left;
  #moments = 0;
  #running = [];
  count = 0;

  /** At least `atLeast` faults happen, the first one soon. */
  constructor({ seed, atLeast }) {
    this.#random = randomOf(seed);
    this.#left = atLeast;
    stack.events();
    this.#from = stack.events().count;
  }

  /** A moment at which a fault may happen; the fault is started and not awaited. */
  mayStrike() {
    this.#moments += 1;
    if (this.#quiet-- > 0) return;
    const due = this.#left > 0 && this.#moments > 3 * this.count + 2;
    if (!due && this.#random() > 1 / RARITY) return;
    this.#quiet = QUIET;
    this.#left -= 1;
    this.count += 1;
    const fault = this.#random() < 0.6 ? FAULTS.cloudflared : FAULTS.livekit;
    const delay = Math.floor(this.#random() * 3_000);
    // A random delay, so that the fault does not always hit the same step of a click.
    const struck = new Promise((resolve) => setTimeout(resolve, delay)).then(fault);
    struck.catch(() => {}); // the sidecar may be restarting the container at that moment
    this.#running.push(struck);
  }

  /** Unix milliseconds of the engine's first events of each fault. */
  strikes() {
    return stack.events().all(this.#from)
      .filter(({ service, action }) => service in FAULTS && (action === 'kill' || action === 'die'))
      .map(({ at }) => at);
  }

  async ends() {
    await Promise.allSettled(this.#running);
    await stack.isReady();
  }
}

/** Mulberry32: small, and random enough to choose moments. */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
