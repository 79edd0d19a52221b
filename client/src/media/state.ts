interface Attempt {
  /** Retries since the participant was last in the room. */
  readonly attempt: number;
  readonly resume: string | null;
  /** All retries are made. Otherwise another rung is tried soon. */
  readonly patient: boolean;
}

/** The page's state towards the bridge. */
export type LinkState =
  | { readonly kind: "idle" }
  | ({ readonly kind: "opening" } & Attempt)
  | { readonly kind: "joined"; readonly resume: string }
  | ({ readonly kind: "lost"; readonly retryInMs: number } & Attempt)
  | { readonly kind: "ended"; readonly reason: LinkEnd };

/** `unavailable`: this stack or network has no bridge. */
export type LinkEnd = "left" | "replaced" | "removed" | "room_closed" | "expired" | "full" | "failed" | "server_unreachable" | "unavailable";

export type LinkEvent =
  | { readonly kind: "open"; readonly patient: boolean }
  | { readonly kind: "joined"; readonly resume: string }
  | { readonly kind: "retry" }
  | { readonly kind: "closed"; readonly code: number; readonly reason: string }
  | { readonly kind: "leave"; readonly reason: string; readonly again: boolean }
  | { readonly kind: "bye" };

/** Within the 15 s for which the bridge keeps the participant. */
export const RETRY_MS = [300, 1_000, 2_000, 2_000, 2_000, 2_000, 2_000, 3_000] as const;
/** Retries before another rung is better than waiting. A browser does not report whether the bridge is missing. */
const FIRST_RETRIES = 1;

/** Returns the next state. Events that do not fit the state change nothing. */
export function nextState(state: LinkState, event: LinkEvent): LinkState {
  if (state.kind === "ended") return state;
  switch (event.kind) {
    case "bye":
      return { kind: "ended", reason: "left" };
    case "open":
      return state.kind === "idle" ? { kind: "opening", attempt: 0, resume: null, patient: event.patient } : state;
    case "retry":
      return state.kind === "lost" ? { ...attemptOf(state), kind: "opening" } : state;
    case "joined":
      return state.kind === "opening" ? { kind: "joined", resume: event.resume } : state;
    case "leave":
      return event.again ? retry(state, null, readReason(event.reason)) : { kind: "ended", reason: readReason(event.reason) };
    case "closed":
      return closed(state, event.code, event.reason);
  }
}

function closed(state: LinkState, code: number, reason: string): LinkState {
  // After `leave` with again the socket closes too: the retry is already scheduled.
  if (state.kind === "idle" || state.kind === "lost") return state;
  if (code === 1013) return { kind: "ended", reason: reason.includes("full") ? "full" : "unavailable" };
  if (code === 1008) return { kind: "ended", reason: /token|expired/i.test(reason) ? "expired" : "failed" };
  return retry(state, "resume" in state ? state.resume : null, isPatient(state) ? "server_unreachable" : "unavailable");
}

function retry(state: LinkState, resume: string | null, otherwise: LinkEnd): LinkState {
  const patient = isPatient(state);
  const attempt = "attempt" in state ? state.attempt + 1 : 1;
  const retryInMs = RETRY_MS[attempt - 1];
  if (retryInMs === undefined || (!patient && attempt > FIRST_RETRIES)) return { kind: "ended", reason: otherwise };
  return { kind: "lost", attempt, resume, patient, retryInMs };
}

const isPatient = (state: LinkState): boolean => state.kind === "joined" || ("patient" in state && state.patient);
const attemptOf = ({ attempt, resume, patient }: Attempt): Attempt => ({ attempt, resume, patient });

/** The reasons of `leave` that an app distinguishes. Others are a failure. */
const REASONS: readonly string[] = ["left", "replaced", "removed", "room_closed", "expired", "full", "server_unreachable"] satisfies LinkEnd[];

const readReason = (reason: string): LinkEnd => (REASONS.includes(reason) ? (reason as LinkEnd) : "failed");
