import type { RuntimeConfig } from "./document.js";

/** The values that an app gets where there is no Sidelink. */
export type Defaults = Partial<Pick<RuntimeConfig, "publicUrl" | "livekitUrl" | "env">>;

// Some bundlers replace these expressions at build time. Nothing is read while the page runs.
declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

/** Returns the document of an app that runs without Sidelink: the variables of the build, overridden by `defaults`. */
export function standaloneConfig(defaults?: Defaults): RuntimeConfig {
  const env = { ...buildVariables(), ...defaults?.env };
  return {
    revision: 0,
    instance: null,
    phase: "ready",
    publicUrl: env.NEXT_PUBLIC_SITE_URL ?? null,
    origin: globalThis.location?.origin ?? null,
    livekitUrl: env.NEXT_PUBLIC_LIVEKIT_URL ?? null,
    verifiedAt: null,
    media: { grade: null },
    ...defaults,
    env,
  };
}

/**
 * Each expression is written in full, because a bundler replaces it literally. Without a bundler
 * there is no `process`.
 */
function buildVariables(): Record<string, string | null> {
  try {
    return {
      NEXT_PUBLIC_SITE_URL: process.env.NEXT_PUBLIC_SITE_URL ?? null,
      NEXT_PUBLIC_LIVEKIT_URL: process.env.NEXT_PUBLIC_LIVEKIT_URL ?? null,
    };
  } catch {
    return {};
  }
}
