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

export class InvalidRuntimeConfig extends Error {
  override readonly name = "InvalidRuntimeConfig";
}

/** The one place where an unknown value becomes a `RuntimeConfig`. Throws `InvalidRuntimeConfig`. */
export function parseRuntimeConfig(value: unknown): RuntimeConfig {
  const fields = record(value, "the document");
  const media = fields.media === null ? {} : record(fields.media, "media");
  return {
    revision: revision(fields.revision),
    instance: text(fields.instance, "instance"),
    phase: oneOf(PHASES, fields.phase, "phase"),
    publicUrl: url(fields.publicUrl, "publicUrl", ["https:", "http:"]),
    origin: url(fields.origin, "origin", ["https:", "http:"]),
    livekitUrl: url(fields.livekitUrl, "livekitUrl", ["wss:", "ws:"]),
    verifiedAt: instant(fields.verifiedAt, "verifiedAt"),
    media: { grade: media.grade == null ? null : oneOf(MEDIA_GRADES, media.grade, "media.grade") },
    env: environment(fields.env),
  };
}

/** Whether `next` is news to somebody who holds `current`. */
export function supersedes(next: RuntimeConfig, current: RuntimeConfig | null): boolean {
  return current === null || next.instance !== current.instance || next.revision > current.revision;
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new InvalidRuntimeConfig(`${what} is not an object`);
}

function revision(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new InvalidRuntimeConfig("revision is not a whole number");
}

function text(value: unknown, key: string): string | null {
  if (value === null || typeof value === "string") return value;
  throw new InvalidRuntimeConfig(`${key} is neither a string nor null`);
}

function oneOf<T extends string>(known: readonly T[], value: unknown, key: string): T {
  const found = known.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new InvalidRuntimeConfig(`${key} is none of ${known.join(", ")}`);
}

// A `javascript:` address would otherwise end up in a link.
function url(value: unknown, key: string, schemes: readonly string[]): string | null {
  const address = text(value, key);
  if (address === null) return null;
  if (URL.canParse(address) && schemes.includes(new URL(address).protocol)) return address;
  throw new InvalidRuntimeConfig(`${key} is not an address with ${schemes.join(" or ")}`);
}

function instant(value: unknown, key: string): string | null {
  const at = text(value, key);
  if (at === null || !Number.isNaN(Date.parse(at))) return at;
  throw new InvalidRuntimeConfig(`${key} is not a time`);
}

function environment(value: unknown): Record<string, string | null> {
  if (value === null) return {};
  const entries = Object.entries(record(value, "env"));
  return Object.fromEntries(entries.map(([key, entry]) => [key, text(entry, `env.${key}`)]));
}
