const FIRST_AFTER_MS = 1_000;
const CHANGE_INTERVAL_MS = 2_000;
const REPORT_INTERVAL_MS = 10_000;
const HIDDEN_INTERVAL_MS = 30_000;

/** The last report: when it was made, and what of. */
export interface Last {
  readonly at: number;
  readonly path: string;
}

/**
 * Returns when the next report is due, in milliseconds. `path`: differs when the rung or the protocol does. A path that
 * is back before it was reported changes nothing.
 */
export function dueAt(connectedAt: number, last: Last | null, path: string, isHidden: boolean): number {
  if (!last) return connectedAt + FIRST_AFTER_MS;
  if (path !== last.path) return last.at + CHANGE_INTERVAL_MS;
  return last.at + (isHidden ? HIDDEN_INTERVAL_MS : REPORT_INTERVAL_MS);
}
