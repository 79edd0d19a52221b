import { PHASES, type Phase } from "./phase.js";

/** The document of `GET /runtime-config`. Every key is always present; null means "not known now". */
export interface RuntimeConfig {
  /** Grows with every change, which orders two documents of one epoch. */
  readonly revision: number;
  /** Identifies the process that answers. Revisions of two epochs cannot be compared. Absent without Sidelink. */
  readonly epoch?: string;
  readonly instance: string | null;
  readonly phase: Phase;
  /** The address for every visitor. Null until it is verified over the internet. */
  readonly publicUrl: string | null;
  /**
   * The address that this client uses: localhost on the machine itself, the machine's address where the stack is
   * published on the local network, the public URL elsewhere.
   */
  readonly origin: string | null;
  readonly livekitUrl: string | null;
  /** When `publicUrl` was last verified, RFC 3339. */
  readonly verifiedAt: string | null;
  readonly media: { readonly grade: MediaGrade | null };
  /** The same values under the names that an app expects, from `config/sidelink.yaml`. */
  readonly env: Readonly<Record<string, string | null>>;
}

const MEDIA_GRADES = ["lan", "direct", "turn", "tunnel", "none", "unknown"] as const;
export type MediaGrade = (typeof MEDIA_GRADES)[number];

/** Each function returns false or throws for a value that a document cannot have there. */
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

/** Parses a `RuntimeConfig`; returns null when `json` is not one. */
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
