/** What livekit-client asks before each attempt to reconnect (its `ReconnectPolicy`). */
export interface PatientReconnectPolicy {
  nextRetryDelayInMs(context: { readonly retryCount: number; readonly elapsedMs: number }): number | null;
}

/** A tunnel that is replaced has a new name, proven from outside, within a minute or two; a bad day takes longer. */
const GIVE_UP_AFTER_MS = 10 * 60_000;
const LONGEST_PAUSE_MS = 2_500;
/** So that not all pages come back at the same moment. */
const JITTER_MS = 500;

/**
 * For `new Room({ reconnectPolicy })`. livekit-client gives a call up some 40 s after its signalling was lost, though
 * its media may flow on: this one keeps trying for `giveUpAfterMs`, at most 2.5 s after each attempt.
 */
export function patientReconnectPolicy({ giveUpAfterMs = GIVE_UP_AFTER_MS } = {}): PatientReconnectPolicy {
  return {
    nextRetryDelayInMs({ retryCount, elapsedMs }) {
      if (elapsedMs >= giveUpAfterMs) return null;
      return Math.min(300 * retryCount ** 2, LONGEST_PAUSE_MS - JITTER_MS) + Math.random() * JITTER_MS;
    },
  };
}
