import { exchange, LinkError, type Fields } from "./link-error.js";

/** A link to a consultation, or one that checks whether a phone gets through. */
export type LinkKind = "consultation" | "check";

/** Describes a link before the visitor joins. */
export interface LinkInfo {
  readonly kind: LinkKind;
  readonly consultationType: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** Everything that a LiveKit call needs. */
export interface Joined extends LinkInfo {
  /** The address for this client: `ws://localhost:8080` on the machine itself. */
  readonly livekitUrl: string;
  /** LiveKit access token for this room only, valid for ten minutes. */
  readonly token: string;
  /** For `connect` of `@sidelink/client/media`: lets the call try better paths for its media. */
  readonly probeToken?: string;
  /** Whether the stack carries a call's media over the tunnel. */
  readonly mediaTunnel?: boolean;
  /** For `connect` of `@sidelink/client/media`: LiveKit's addresses over the stack's other tunnels. */
  readonly otherUrls?: readonly string[];
  /** For `connect` of `@sidelink/client/media`: LiveKit's address on the internet, null where it is unknown. */
  readonly directAddress?: string | null;
  /** For `connect` of `@sidelink/client/media`: the path on which a call from this network worked before. */
  readonly knownPath?: "lan" | "direct" | "turn" | null;
  readonly identity: string;
  readonly name: string;
  readonly iceServers: readonly RTCIceServer[];
  /** Opaque value that restores the same identity. `joinLink` stores it. */
  readonly resume: string;
}

/** What a page measured in its call. */
export interface LinkReport {
  /** The best path on which media arrived; `none` when none did. */
  readonly media: "none" | "lan" | "direct" | "tunnel" | "turn";
  readonly signal: boolean;
  readonly protocol?: "udp" | "tcp" | "tls";
  readonly rttMs?: number;
  /** Milliseconds from joining to the first picture of another participant. */
  readonly firstFrameMs?: number;
  readonly device?: "phone" | "desktop";
  /** At most 12. */
  readonly legs?: readonly { readonly name: string; readonly ok: boolean }[];
}

export interface RequestOptions {
  /** Origin of the stack, e.g. its `publicUrl`. Default: the origin of the page. */
  readonly base?: string;
  readonly signal?: AbortSignal;
}

export interface JoinOptions extends RequestOptions {
  /** 1 to 64 characters. */
  readonly name: string;
  /**
   * Address to ask instead of the sidecar: a route of the app's server that calls `joinAsHost`, for people who do not
   * receive the link. They do not count as having opened it.
   */
  readonly via?: string;
}

/** Joins under `name`. A tab that joined by this link before comes back as the same person. @throws LinkError */
export async function joinLink(token: string, { name, ...options }: JoinOptions): Promise<Joined> {
  const joined = await ask(token, "/join", options, isJoined, { name, resume: storedResume(token) });
  storeResume(token, joined.resume);
  return joined;
}

/**
 * Returns what a link is for, before the page asks for the camera. @throws LinkError,
 * `no_such_link` for an invalid one
 */
export async function linkInfo(token: string, options: RequestOptions = {}): Promise<LinkInfo> {
  return ask(token, "", options, isLinkInfo);
}

/**
 * Reports what this page measured in the call that it joined. Also sent while the visitor leaves
 * the page. @throws LinkError
 */
export async function reportLink(token: string, report: LinkReport, options: RequestOptions = {}): Promise<void> {
  const resume = storedResume(token);
  if (!resume) throw new LinkError("not_joined", "Join first.", "Entre primeiro.");
  await ask(token, "/report", options, isAnything, { ...report, resume });
}

/** Sends a GET request about a link, or posts `body`. */
function ask<T>(
  token: string,
  what: "" | "/join" | "/report",
  { base = "", via, signal }: RequestOptions & Pick<JoinOptions, "via">,
  fits: (body: Fields) => body is Fields & T,
  body?: object,
): Promise<T> {
  const url = via ?? `${base.replace(/\/+$/, "")}/sidelink/links/${encodeURIComponent(token)}${what}`;
  const headers = { "content-type": "application/json" };
  const posted = body && { method: "POST", headers, body: JSON.stringify(body), keepalive: what === "/report" };
  return exchange(url, { ...posted, signal }, fits);
}

/** For responses whose body is not used. */
export function isAnything(body: Fields): body is Fields {
  return true;
}

function isLinkInfo(body: Fields): body is Fields & LinkInfo {
  return /^(consultation|check)$/.test(body.kind as string) && areTexts(body, ["consultationType", "expiresAt"]);
}

/** Whether a response has everything that a call needs. */
export function isJoined(body: Fields): body is Fields & Joined {
  return isLinkInfo(body) && areTexts(body, ["token", "identity", "name", "resume"]) && /^wss?:/.test(body.livekitUrl as string) && Array.isArray(body.iceServers);
}

function areTexts(body: Fields, keys: readonly string[]): boolean {
  return keys.every((key) => typeof body[key] === "string");
}

const KEY = "sidelink:resume:";
/** Used where the page has no access to `sessionStorage` (a strict private window, a frame), until the page closes. */
const inMemory = new Map<string, string>();

function storedResume(token: string): string | undefined {
  try {
    return inMemory.get(token) ?? sessionStorage.getItem(KEY + token) ?? undefined;
  } catch {
    return undefined;
  }
}

function storeResume(token: string, resume: string): void {
  try {
    sessionStorage.setItem(KEY + token, resume);
  } catch {
    inMemory.set(token, resume);
  }
}
