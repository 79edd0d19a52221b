import { PHASES, type Phase } from "./phase.js";

/** What `GET /runtime-config` answers. Every key is always there; null means "not known now". */
export interface RuntimeConfig {
  /** Grows with every change, so that of two documents of one epoch the newer one is known. */
  readonly revision: number;
  /** Of the process that answers. Revisions of two epochs cannot be compared; absent where there is no Sidelink. */
  readonly epoch?: string;
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

const MEDIA_GRADES = ["lan", "turn", "unknown"] as const;
export type MediaGrade = (typeof MEDIA_GRADES)[number];

/** Each answers false, or throws, for a value that a document cannot have there. */
const FITS: { readonly [Key in keyof Required<RuntimeConfig>]: (value: any) => boolean } = {
  revision: Number.isSafeInteger,
  epoch: (value) => isText(value ?? null),
  instance: isText,
  phase: (value) => PHASES.includes(value),
  // A `javascript:` address would otherwise end up in a link.
  publicUrl: (value) => isAddress(value, /^https?:/),
  origin: (value) => isAddress(value, /^https?:/),
  livekitUrl: (value) => isAddress(value, /^wss?:/),
  verifiedAt: (value) => value === null || (isText(value) && Date.parse(value) > 0),
  media: ({ grade }) => grade === null || MEDIA_GRADES.includes(grade),
  env: (value) => typeof value === "object" && Object.values(value).every(isText),
};

/** The one place where text becomes a `RuntimeConfig`; null when it is not the JSON of one. */
export function readRuntimeConfig(json: string): RuntimeConfig | null {
  try {
    const document = JSON.parse(json);
    return Object.entries(FITS).every(([key, fits]) => fits(document[key])) ? document : null;
  } catch {
    return null;
  }
}

function isText(value: unknown): boolean {
  return value === null || typeof value === "string";
}

function isAddress(value: any, scheme: RegExp): boolean {
  return value === null || (isText(value) && scheme.test(new URL(value).href));
}
