import { exchange, LinkError, type Fields } from "./link-error.js";

/** A link of a consultation, or one that tries whether a phone gets through. */
export type LinkKind = "consultation" | "check";

/** What a link is, before anybody joins. */
export interface LinkInfo {
  readonly kind: LinkKind;
  readonly consultationType: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** All that a call in LiveKit wants. */
export interface Joined extends LinkInfo {
  /** Fits whoever asked: `ws://localhost:8080` on the machine itself. */
  readonly livekitUrl: string;
  /** For this room only, ten minutes. */
  readonly token: string;
  readonly identity: string;
  readonly name: string;
  readonly iceServers: readonly RTCIceServer[];
  /** Brings the same identity back; opaque. `joinLink` keeps it. */
  readonly resume: string;
}

/** What a page saw of its call. */
export interface LinkReport {
  /** The best way by which media came; `none` when none did. */
  readonly media: "none" | "lan" | "turn";
  readonly signal: boolean;
  readonly protocol?: "udp" | "tcp" | "tls";
  readonly rttMs?: number;
  /** From joining to the first picture of somebody else. */
  readonly firstFrameMs?: number;
  readonly device?: "phone" | "desktop";
  /** At most 12. */
  readonly legs?: readonly { readonly name: string; readonly ok: boolean }[];
}

export interface Asking {
  /** Origin of the stack, e.g. its `publicUrl`; the page's own without it. */
  readonly base?: string;
  readonly signal?: AbortSignal;
}

export interface Joining extends Asking {
  /** 1 to 64 characters. */
  readonly name: string;
  /**
   * Asked in place of the sidecar: a route of the app's own server over `joinAsHost`, for people whom the link is not
   * sent to. They do not count as having opened it.
   */
  readonly via?: string;
}

/** Joins under `name`; as the same person again when this tab has joined by the link before. @throws LinkError */
export async function joinLink(token: string, { name, ...asking }: Joining): Promise<Joined> {
  const joined = await ask(token, "/join", asking, isJoined, { name, resume: held(token) });
  hold(token, joined.resume);
  return joined;
}

/** Whether a link is good, before a page asks for the camera. @throws LinkError, `no_such_link` when it is not */
export async function linkInfo(token: string, asking: Asking = {}): Promise<LinkInfo> {
  return ask(token, "", asking, isLinkInfo);
}

/** Tells what this page saw of the call that it joined by the link; goes out also while the page is being left. @throws LinkError */
export async function reportLink(token: string, report: LinkReport, asking: Asking = {}): Promise<void> {
  const resume = held(token);
  if (!resume) throw new LinkError("not_joined", "Join first.", "Entre primeiro.");
  await ask(token, "/report", asking, isAnything, { ...report, resume });
}

/** Asks about a link, or posts `body` to it. */
function ask<T>(
  token: string,
  what: "" | "/join" | "/report",
  { base = "", via, signal }: Asking & Pick<Joining, "via">,
  fits: (body: Fields) => body is Fields & T,
  body?: object,
): Promise<T> {
  const url = via ?? `${base.replace(/\/+$/, "")}/sidelink/links/${encodeURIComponent(token)}${what}`;
  const headers = { "content-type": "application/json" };
  const posted = body && { method: "POST", headers, body: JSON.stringify(body), keepalive: what === "/report" };
  return exchange(url, { ...posted, signal }, fits);
}

/** For answers of which nothing is taken. */
export function isAnything(body: Fields): body is Fields {
  return true;
}

function isLinkInfo(body: Fields): body is Fields & LinkInfo {
  return /^(consultation|check)$/.test(body.kind as string) && areTexts(body, ["consultationType", "expiresAt"]);
}

/** Whether an answer has all that a call wants. */
export function isJoined(body: Fields): body is Fields & Joined {
  return isLinkInfo(body) && areTexts(body, ["token", "identity", "name", "resume"]) && /^wss?:/.test(body.livekitUrl as string) && Array.isArray(body.iceServers);
}

function areTexts(body: Fields, keys: readonly string[]): boolean {
  return keys.every((key) => typeof body[key] === "string");
}

/** Where `sessionStorage` is closed to the page (a strict private window, a frame): for as long as the page lives. */
const KEY = "sidelink:resume:";
const inMemory = new Map<string, string>();

function held(token: string): string | undefined {
  try {
    return inMemory.get(token) ?? sessionStorage.getItem(KEY + token) ?? undefined;
  } catch {
    return undefined;
  }
}

function hold(token: string, resume: string): void {
  try {
    sessionStorage.setItem(KEY + token, resume);
  } catch {
    inMemory.set(token, resume);
  }
}
