import type { MediaGrade } from "@sidelink/client";
import type { Rung } from "@sidelink/client/media";
import { isPublic } from "./local-network";

/** The rungs of a stack that carries no media over its tunnel. */
export const WITHOUT_TUNNEL: readonly Rung[] = ["lan", "direct", "turn"];

/**
 * Whether a call of a page may go over the tunnel: not on this machine or in its network, and not where `turn`, which
 * reaches every phone, works. `grade`: what the stack's visitors reported.
 */
export function mayUseTunnel(grade: MediaGrade | null, hostname: string): boolean {
  return grade !== "turn" && isPublic(hostname);
}

/** Returns "a, b or c" in the reader's language. */
export function eitherOf(texts: readonly string[], language: string): string {
  return new Intl.ListFormat(language, { type: "disjunction" }).format(texts);
}
