/** How far the stack is, as a whole. */
export const PHASES = ["preparing", "ready", "degraded", "failed"] as const;
export type Phase = (typeof PHASES)[number];
