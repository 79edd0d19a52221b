/** What `GET /runtime-config` answers. Every key is always there; null means "not known now". */
export interface RuntimeConfig {
  /** Grows with every change, so that of two documents of one instance the newer one is known. */
  readonly revision: number;
  readonly instance: string | null;
  readonly phase: Phase;
  /** The address for everybody. Null until it is proven from outside. */
  readonly publicUrl: string | null;
  /** The address of whoever asks: localhost on the machine itself, the public one elsewhere. */
  readonly origin: string | null;
  readonly livekitUrl: string | null;
  /** When `publicUrl` was last proven, RFC 3339. */
  readonly verifiedAt: string | null;
  readonly media: { readonly grade: MediaGrade | null };
  /** The same facts under the names that an app expects, from `config/sidelink.yaml`. */
  readonly env: Readonly<Record<string, string | null>>;
}

export const PHASES = ["preparing", "ready", "degraded", "failed"] as const;
export type Phase = (typeof PHASES)[number];

export const MEDIA_GRADES = ["lan", "relay", "turn", "unproven"] as const;
export type MediaGrade = (typeof MEDIA_GRADES)[number];

type Fields = Readonly<Record<string, unknown>>;

/** The one place where an unknown value becomes a `RuntimeConfig`. @throws TypeError that names the key which is not right */
export function parseRuntimeConfig(value: unknown): RuntimeConfig {
  const fields = record(value, "document");
  const text = (key: string, fits?: (text: string) => boolean) => textOf(fields, key, fits);
  const { grade = null } = record(fields.media ?? {}, "media");
  const env = record(fields.env ?? {}, "env");
  return {
    revision: Number.isSafeInteger(fields.revision) ? (fields.revision as number) : no("revision"),
    instance: text("instance"),
    phase: oneOf(PHASES, fields.phase, "phase"),
    publicUrl: text("publicUrl", isPage),
    origin: text("origin", isPage),
    livekitUrl: text("livekitUrl", isSignal),
    verifiedAt: text("verifiedAt", (text) => Date.parse(text) > 0),
    media: { grade: grade === null ? null : oneOf(MEDIA_GRADES, grade, "media.grade") },
    env: Object.fromEntries(Object.keys(env).map((key) => [key, textOf(env, key)])),
  };
}

/** Whether `next` is news to somebody who holds `current`. */
export function supersedes(next: RuntimeConfig, current: RuntimeConfig | null): boolean {
  return current === null || next.instance !== current.instance || next.revision > current.revision;
}

function no(key: string): never {
  throw new TypeError(key);
}

function record(value: unknown, key: string): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : no(key);
}

function textOf(fields: Fields, key: string, fits: (text: string) => boolean = () => true): string | null {
  const value = fields[key];
  return value === null || (typeof value === "string" && fits(value)) ? value : no(key);
}

function oneOf<T extends string>(known: readonly T[], value: unknown, key: string): T {
  return known.find((candidate) => candidate === value) ?? no(key);
}

// A `javascript:` address would otherwise end up in a link.
const isPage = (text: string) => URL.canParse(text) && /^https?:/.test(text);
const isSignal = (text: string) => URL.canParse(text) && /^wss?:/.test(text);
