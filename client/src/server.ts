import { readFile } from "node:fs/promises";
import { exchange, LinkError, type Fields } from "./link-error.js";
import { isAnything, isJoined, type Joined, type LinkKind, type LinkReport } from "./links.js";

export { LinkError };

/** Who is to talk about what; each may hold any text, which pages show as text. */
export interface LinkWish {
  /** 1 to 128 characters, no control characters; so is `clientId`. */
  readonly professionalId: string;
  readonly clientId: string;
  /** 1 to 64 characters. */
  readonly consultationType: string;
  /** Seconds: 60 to 2592000; a day without it. */
  readonly ttl?: number;
  /** The path behind the public address; `/consultations/client/${token}` without it. */
  readonly pathTemplate?: string;
  /** 2 to 50; 10 without it. */
  readonly maxParticipants?: number;
}

/** A link that was seen to work from outside a moment ago. */
export interface Link {
  readonly kind: "link";
  readonly token: string;
  readonly consultationUrl: string;
  /** LiveKit's. */
  readonly room: string;
  /** RFC 3339; so is `verifiedAt`. */
  readonly expiresAt: string;
  readonly verifiedAt: string;
  /** The address as a QR code: SVG. */
  readonly qr: string;
}

/** No link yet, and nothing was made: ask again. */
export interface StillPreparing {
  readonly kind: "preparing";
  readonly phase: string;
  readonly waitingFor: WaitingFor | null;
  /** Seconds. */
  readonly retryAfter: number;
}

export interface WaitingFor {
  readonly layer: string;
  /** RFC 3339. */
  readonly since: string;
  readonly message: string;
  readonly messagePt: string;
  /** Why, and the next step, where more is known than the layer. */
  readonly reason: Reason | null;
}

export interface Reason {
  /** Stable, for programs. */
  readonly code: string;
  readonly message: string;
  readonly messagePt: string;
  /** What a person does next; null: nothing, it passes. */
  readonly next: string | null;
  readonly nextPt: string | null;
}

/** A link as its professional sees it. */
export interface LinkView {
  readonly token: string;
  /** Under the present address; null while there is none. */
  readonly consultationUrl: string | null;
  readonly room: string;
  readonly kind: LinkKind;
  readonly professionalId: string;
  readonly clientId: string;
  readonly consultationType: string;
  /** RFC 3339; so are `expiresAt` and `openedAt`. */
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly maxParticipants: number;
  readonly openedAt: string | null;
  readonly opened: { readonly device: "phone" | "desktop" | "unknown" } | null;
  readonly report: ReportView | null;
  /** The address has changed since it was handed out. */
  readonly staleAddress: boolean;
}

/** What a page of the link saw of its call; null where it did not say. */
export interface ReportView extends Pick<LinkReport, "media" | "signal"> {
  /** RFC 3339. */
  readonly at: string;
  readonly device: "phone" | "desktop" | "unknown";
  readonly protocol: "udp" | "tcp" | "tls" | null;
  readonly rttMs: number | null;
  readonly firstFrameMs: number | null;
  readonly legs: readonly { readonly name: string; readonly ok: boolean }[];
}

export interface LinkList {
  /** For `after`. */
  readonly sequence: number;
  readonly publicUrl: string | null;
  /** Newest first. */
  readonly links: readonly LinkView[];
}

export interface Waiting {
  /** Seconds to wait at most for what is asked for: 1 to 60, 25 without it; 0 asks once. */
  readonly wait?: number;
  readonly signal?: AbortSignal;
}

export interface Making extends Waiting {
  /** 1 to 128 visible ASCII characters: the same key and wish give the same link for a day. */
  readonly idempotencyKey?: string;
}

/** Makes a link, as soon as everything is seen to work from outside. @throws LinkError */
export async function createLink(wish: LinkWish, { idempotencyKey, ...waiting }: Making = {}): Promise<Link | StillPreparing> {
  const headers: Record<string, string> = idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey };
  return made(await control("POST", "/links", isMade, { ...waiting, headers, body: wish }));
}

/** An existing link under the present address, to be sent again. @throws LinkError */
export async function resendLink(token: string, waiting: Waiting = {}): Promise<Link | StillPreparing> {
  return made(await control("POST", `${path(token)}/resend`, isMade, waiting));
}

/** Every link now; with `after`, as soon as anything about them has changed. @throws LinkError */
export async function listLinks({ after, wait = 25, signal }: Waiting & { readonly after?: number } = {}): Promise<LinkList> {
  const query = after === undefined ? { wait: 0 } : { wait, after };
  return control("GET", "/links", isLinkList, { ...query, signal });
}

/** @throws LinkError, `no_such_link` when it is unknown, expired or revoked */
export async function getLink(token: string, { signal }: Pick<Waiting, "signal"> = {}): Promise<LinkView> {
  const isLink = (body: Fields): body is Fields & LinkView => body.token === token;
  return control("GET", path(token), isLink, { wait: 0, signal });
}

/** Ends a link and its call. @throws LinkError */
export async function revokeLink(token: string, { signal }: Pick<Waiting, "signal"> = {}): Promise<void> {
  await control("DELETE", path(token), isAnything, { wait: 0, signal });
}

/**
 * The way into a link's call for whoever the link is not sent to: the link does not count as opened by that. `resume`
 * brings the same person back. `livekitUrl` is the public one; a page on the machine itself has a nearer one in its
 * runtime configuration. @throws LinkError
 */
export async function joinAsHost(
  token: string,
  { name, resume }: { readonly name: string; readonly resume?: string },
  { signal }: Pick<Waiting, "signal"> = {},
): Promise<Joined> {
  return control("POST", `${path(token)}/join`, isJoined, { wait: 0, signal, body: { name, resume } });
}

/**
 * Returns a LiveKit access token for one room, good for ten minutes. `identity` gets a random end, so that two never
 * disconnect each other; rooms of links (`sidelink-…`) are refused. @throws LinkError
 */
export async function livekitToken(
  participant: { readonly room: string; readonly identity: string; readonly name: string },
  { signal }: Pick<Waiting, "signal"> = {},
): Promise<string> {
  const { token } = await control("POST", "/livekit-token", hasToken, { wait: 0, signal, body: participant });
  return token;
}

interface Asked extends Waiting {
  readonly after?: number;
  readonly headers?: Record<string, string>;
  readonly body?: object;
}

/** Beyond the wait that was asked for. */
const TIMEOUT_MS = 10_000;

/** Asks the sidecar's control port. Address and token are read at every request, so that a renewed one needs no restart. */
async function control<T>(
  method: string,
  path: string,
  fits: (body: Fields) => body is Fields & T,
  { wait = 25, after, signal, headers, body }: Asked,
): Promise<T> {
  const url = new URL(path, sidecar());
  if (after !== undefined) url.searchParams.set("after", String(after));
  if (wait > 0) url.searchParams.set("wait", `${wait}s`);
  const authorization = `Bearer ${await bearerToken()}`;
  const limit = AbortSignal.timeout(TIMEOUT_MS + wait * 1_000);
  const init: RequestInit = {
    method,
    headers: { ...headers, authorization, ...(body && { "content-type": "application/json" }) },
    body: body && JSON.stringify(body),
    redirect: "error",
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  };
  return exchange(url.href, init, fits);
}

type Made = Omit<Link, "kind"> | Omit<StillPreparing, "kind">;

function made(body: Made): Link | StillPreparing {
  if (!("phase" in body)) return { ...body, kind: "link" };
  const { phase, waitingFor = null, retryAfter } = body;
  return { kind: "preparing", phase, waitingFor, retryAfter: Number(retryAfter) || 1 };
}

function isMade(body: Fields): body is Fields & Made {
  return typeof body.phase === "string" || (hasToken(body) && typeof body.consultationUrl === "string");
}

function isLinkList(body: Fields): body is Fields & LinkList {
  return Number.isSafeInteger(body.sequence) && Array.isArray(body.links);
}

function hasToken(body: Fields): body is Fields & { token: string } {
  return typeof body.token === "string";
}

function path(token: string): string {
  return `/links/${encodeURIComponent(token)}`;
}

function sidecar(): string {
  const url = process.env.SIDELINK_URL;
  if (url && URL.canParse(url)) return url;
  throw new LinkError(
    "sidecar_unknown",
    "SIDELINK_URL does not say where the sidecar is, e.g. http://sidecar:8788.",
    "SIDELINK_URL não diz onde está o sidecar, por exemplo http://sidecar:8788.",
    0,
  );
}

async function bearerToken(): Promise<string> {
  const file = process.env.SIDELINK_TOKEN_FILE;
  const token = file ? (await readFile(file, "utf8").catch(() => "")).trim() : "";
  if (token !== "") return token;
  throw new LinkError(
    "token_unreadable",
    "This app has no access to the sidecar: SIDELINK_TOKEN_FILE is not set or cannot be read.",
    "Este app não tem acesso ao sidecar: SIDELINK_TOKEN_FILE não está definido ou não pode ser lido.",
    0,
  );
}
