/** The state of the whole stack. */
export const PHASES = ["preparing", "ready", "degraded", "failed"] as const;
export type Phase = (typeof PHASES)[number];
