/** livekit-client's `ReconnectPolicy`: called before each attempt to reconnect. */
export interface PatientReconnectPolicy {
  nextRetryDelayInMs(context: { readonly retryCount: number; readonly elapsedMs: number }): number | null;
}

/** A replaced tunnel usually has a new, verified name within one or two minutes; sometimes it takes longer. */
const GIVE_UP_AFTER_MS = 10 * 60_000;
const MAX_PAUSE_MS = 2_500;
/** Spreads the reconnects of many pages. */
const JITTER_MS = 500;

/**
 * Creates a policy for `new Room({ reconnectPolicy })`. livekit-client ends a call about 40 s after it lost signalling,
 * even while media flows. This policy retries for `giveUpAfterMs`, at most 2.5 s after each attempt.
 */
export function patientReconnectPolicy({ giveUpAfterMs = GIVE_UP_AFTER_MS } = {}): PatientReconnectPolicy {
  return {
    nextRetryDelayInMs({ retryCount, elapsedMs }) {
      if (elapsedMs >= giveUpAfterMs) return null;
      return Math.min(300 * retryCount ** 2, MAX_PAUSE_MS - JITTER_MS) + Math.random() * JITTER_MS;
    },
  };
}
