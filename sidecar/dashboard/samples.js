// The measurements of the last minutes for each participant, and the graph of them. Pure: no page, no clock, no language.

export const MAX_SAMPLES = 150;
export const SAMPLES_MS = 300_000;
/** Over a longer pause the line is interrupted. A page in the background reports every 30 s. */
export const MAX_GAP_MS = 40_000;
/** Percent from which a sample counts as loss. */
const MIN_LOSS = 1;

/** The drawing's size: a second is one unit wide. */
export const WIDTH = SAMPLES_MS / 1000;
export const HEIGHT = 40;
const MARGIN = 3;
const MARK = 9;
/** The top of the graph is at least this round trip, so that small changes look small. */
const MIN_TOP_MS = 100;

/** Keeps the samples of the participants of the latest answer only. */
export class Samples {
  #of = new Map();

  /** Adds what `participants` have measured, and forgets all others. */
  keep(participants, now) {
    const kept = participants.map((one) => [one.key, extended(this.of(one.key), one, now)]);
    this.#of = new Map(kept);
  }

  of = (key) => this.#of.get(key) ?? [];

  get size() {
    return this.#of.size;
  }

  clear() {
    this.#of.clear();
  }
}

/** A report that was added before is not added again. */
function extended(before, { roundTrip, loss, reportedAt }, now) {
  const at = Math.min(now, Date.parse(reportedAt) || now);
  const last = before.at(-1);
  const isNew = (roundTrip !== null || loss !== null) && (reportedAt === null || reportedAt !== last?.reportedAt);
  const all = isNew ? [...before, { at, roundTrip, loss, reportedAt }] : before;
  return all.filter((sample) => sample.at > now - SAMPLES_MS && sample.at <= now).slice(-MAX_SAMPLES);
}

/**
 * Returns the paths of the round trip and of the marks for loss, with the numbers that describe
 * them; null without a round trip.
 */
export function graphOf(samples, now) {
  const measured = samples.filter(({ roundTrip }) => roundTrip !== null);
  if (measured.length === 0) return null;
  const times = measured.map(({ roundTrip }) => roundTrip);
  const [low, high] = [Math.min(...times), Math.max(...times)];
  const top = Math.max(MIN_TOP_MS, high);
  const x = ({ at }) => round((at - now + SAMPLES_MS) / 1000);
  const y = ({ roundTrip }) => round(HEIGHT - MARGIN - (roundTrip / top) * (HEIGHT - 2 * MARGIN));
  const line = measured.map((sample, index) => {
    const gap = index === 0 || sample.at - measured[index - 1].at > MAX_GAP_MS;
    return gap ? `M${x(sample)} ${y(sample)}h0` : `L${x(sample)} ${y(sample)}`; // `h0` draws a dot
  }).join('');
  const lost = samples.filter(({ loss }) => loss >= MIN_LOSS);
  const marks = lost.map((sample) => `M${x(sample)} ${HEIGHT}v-${MARK}`).join('');
  return { line, marks, low, high, losses: lost.length };
}

const round = (value) => Math.round(value * 10) / 10;
