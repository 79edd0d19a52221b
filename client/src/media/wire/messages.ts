/** A codec of media as the protocol names it. */
export type Codec = "opus" | "vp8" | "h264";

/** The fields of each message that the bridge sends. A list is an enumeration. */
const SHAPES = {
  joined: { identity: "string", name: "string", resume: "string", resumed: "boolean" },
  participant: { identity: "string", name: "string", attributes: "strings by name" },
  left: { identity: "string" },
  track: { id: "number", identity: "string", kind: ["audio", "camera", "screen"], muted: "boolean" },
  codec: { track: "number", codec: ["opus", "vp8", "h264"] },
  ended: { track: "number" },
  muted: { track: "number", muted: "boolean" },
  keyframe: {},
  ack: { bytes: "number" },
  limit: { bitrate: "number" },
  speakers: { identities: "strings" },
  data: { identity: "string or null", topic: "string", payload: "string" },
  diagnosed: { ok: "boolean", reason: "string or null" },
  leave: { reason: "string", again: "boolean" },
} as const;

interface Fields {
  string: string;
  number: number;
  boolean: boolean;
  strings: readonly string[];
  "string or null": string | null;
  "strings by name": Readonly<Record<string, string>>;
}
type Field<F> = F extends keyof Fields ? Fields[F] : F extends readonly (infer Word)[] ? Word : never;
type Shapes = typeof SHAPES;

/** A message of the bridge by its type. */
export type BridgeMessages = {
  readonly [T in keyof Shapes]: { readonly type: T } & { readonly [F in keyof Shapes[T]]: Field<Shapes[T][F]> };
};
export type BridgeMessage = BridgeMessages[keyof BridgeMessages];

export interface VideoOffer {
  readonly codec: "vp8" | "h264";
  readonly width: number;
  readonly height: number;
}

/** What the page sends as text. */
export type PageMessage =
  | { readonly type: "hello"; readonly token: string; readonly audio: boolean; readonly video: VideoOffer | null; readonly decode: readonly Codec[]; readonly resume?: string }
  | { readonly type: "ack"; readonly bytes: number; readonly at?: number }
  | { readonly type: "keyframe"; readonly track: number }
  | { readonly type: "mute"; readonly kind: "audio" | "video"; readonly muted: boolean }
  | { readonly type: "view"; readonly track: number; readonly width: number; readonly height: number; readonly visible: boolean }
  | { readonly type: "data"; readonly topic: string; readonly payload: string; readonly reliable: boolean }
  | { readonly type: "bye" };

const MAX_CHARACTERS = 64 * 1024;

/** Reads a text message of the bridge. Returns null for an unknown type and for anything that is not valid. */
export function readMessage(text: string): BridgeMessage | null {
  if (text.length > MAX_CHARACTERS) return null;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(given) || typeof given.type !== "string" || !Object.hasOwn(SHAPES, given.type)) return null;
  const message: Record<string, unknown> = { type: given.type };
  for (const [name, shape] of Object.entries(SHAPES[given.type as keyof Shapes])) {
    const value = readField(shape, given[name]);
    if (value === undefined) return null;
    message[name] = value;
  }
  return message as unknown as BridgeMessage;
}

/** Returns undefined where `value` is not of `shape`. */
function readField(shape: string | readonly string[], value: unknown): unknown {
  if (typeof shape !== "string") return shape.includes(value as string) ? value : undefined;
  switch (shape) {
    case "number":
      return Number.isFinite(value) ? value : undefined;
    case "strings":
      return Array.isArray(value) && value.every(isString) ? value : undefined;
    case "string or null":
      return value === undefined || value === null || value === "" ? null : isString(value) ? value : undefined;
    case "strings by name":
      if (value === undefined || value === null) return {};
      return isObject(value) && Object.values(value).every(isString) ? value : undefined;
    default:
      return typeof value === shape ? value : undefined;
  }
}

const isString = (value: unknown): value is string => typeof value === "string";
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
