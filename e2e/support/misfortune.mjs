// What befalls a stack now and then: its tunnel is restarted, its LiveKit is killed. At random, and the same again with the same seed.
import { docker, container, stack } from './stack.mjs';

const FAULTS = {
  cloudflared: () => docker('restart', container('cloudflared')),
  livekit: () => docker('kill', container('livekit')),
};
/** One in so many moments is one. */
const RARITY = 6;
/** After a fault so many moments are quiet, so that some links are followed by none. */
const QUIET = 3;

export class Misfortune {
  #random;
  #from;
  #quiet = 0;
  #left;
  #moments = 0;
  #running = [];
  count = 0;

  /** `atLeast` so many come, the first of them soon. */
  constructor({ seed, atLeast }) {
    this.#random = randomOf(seed);
    this.#left = atLeast;
    stack.events();
    this.#from = stack.events().count;
  }

  /** A moment at which something may break; what is broken is begun and not waited for. */
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
    // Not at the same moment of each click: that is what is random.
    const struck = new Promise((resolve) => setTimeout(resolve, delay)).then(fault);
    struck.catch(() => {}); // a container that was just being restarted by the sidecar
    this.#running.push(struck);
  }

  /** Unix milliseconds of the first signs that the engine has told. */
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

/** Mulberry32: small, and good enough to choose moments. */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
