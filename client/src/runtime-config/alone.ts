import type { RuntimeConfig } from "./document.js";

/** What an app is told where there is no Sidelink. */
export type Defaults = Partial<Pick<RuntimeConfig, "publicUrl" | "livekitUrl" | "env">>;

// Only what some bundlers put into the page for it: nothing is read where the page runs.
declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

/** The document of an app that runs alone: the build's variables, and over them what the app gives. */
export function standsAlone(defaults?: Defaults): RuntimeConfig {
  const env = { ...builtIn(), ...defaults?.env };
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

/** Each name stands in full, since a bundler replaces it as it is written. Where none did, there is no `process`. */
function builtIn(): Record<string, string | null> {
  try {
    return {
      NEXT_PUBLIC_SITE_URL: process.env.NEXT_PUBLIC_SITE_URL ?? null,
      NEXT_PUBLIC_LIVEKIT_URL: process.env.NEXT_PUBLIC_LIVEKIT_URL ?? null,
    };
  } catch {
    return {};
  }
}
