import { readFile } from "node:fs/promises";
import { exchange, LinkError, type Fields } from "./link-error.js";
import { isAnything, isJoined, type Joined, type LinkKind, type LinkReport } from "./links.js";

export { LinkError };

/** The participants and topic of a consultation. Each may hold any text; pages show it as text. */
export interface LinkRequest {
  /** 1 to 128 characters, no control characters. The same holds for `clientId`. */
  readonly professionalId: string;
  readonly clientId: string;
  /** 1 to 64 characters. */
  readonly consultationType: string;
  /** Seconds: 60 to 2592000. Default: one day. */
  readonly ttl?: number;
  /** Path under the public URL. Default: `/consultations/client/${token}`. */
  readonly pathTemplate?: string;
  /** 2 to 50. Default: 10. */
  readonly maxParticipants?: number;
}

/** A link that was verified over the internet a moment ago. */
export interface Link {
  readonly kind: "link";
  readonly token: string;
  readonly consultationUrl: string;
  /** Name of the LiveKit room. */
  readonly room: string;
  /** RFC 3339, as is `verifiedAt`. */
  readonly expiresAt: string;
  readonly verifiedAt: string;
  /** The address as a QR code: SVG. */
  readonly qr: string;
}

/** No link yet, and nothing was created. Ask again. */
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
  /** The reason and the next step, where more is known than the layer. */
  readonly reason: Reason | null;
}

export interface Reason {
  /** Stable, for programs. */
  readonly code: string;
  readonly message: string;
  readonly messagePt: string;
  /** What a person does next; null when the problem passes without action. */
  readonly next: string | null;
  readonly nextPt: string | null;
}

/** A link as the professional sees it. */
export interface LinkView {
  readonly token: string;
  /** Under the current public URL; null while there is none. */
  readonly consultationUrl: string | null;
  readonly room: string;
  readonly kind: LinkKind;
  readonly professionalId: string;
  readonly clientId: string;
  readonly consultationType: string;
  /** RFC 3339, as are `expiresAt` and `openedAt`. */
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly maxParticipants: number;
  readonly openedAt: string | null;
  readonly opened: { readonly device: "phone" | "desktop" | "unknown" } | null;
  readonly report: ReportView | null;
  /** The public URL has changed since the link was handed out. */
  readonly staleAddress: boolean;
}

/** What a page measured in a call of this link; null where it reported nothing. */
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
  /** Value for `after`. */
  readonly sequence: number;
  readonly publicUrl: string | null;
  /** Newest first. */
  readonly links: readonly LinkView[];
}

export interface WaitOptions {
  /** Longest wait in seconds: 1 to 60, or 0 to ask once. Default: 25. */
  readonly wait?: number;
  readonly signal?: AbortSignal;
}

export interface CreateOptions extends WaitOptions {
  /** 1 to 128 visible ASCII characters. For one day the same key and request return the same link. */
  readonly idempotencyKey?: string;
}

/** Creates a link as soon as the public URL is verified. @throws LinkError */
export async function createLink(request: LinkRequest, { idempotencyKey, ...options }: CreateOptions = {}): Promise<Link | StillPreparing> {
  const headers: Record<string, string> = idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey };
  return withKind(await control("POST", "/links", isLinkOrPreparing, { ...options, headers, body: request }));
}

/** Returns an existing link under the current public URL, to be sent again. @throws LinkError */
export async function resendLink(token: string, options: WaitOptions = {}): Promise<Link | StillPreparing> {
  return withKind(await control("POST", `${path(token)}/resend`, isLinkOrPreparing, options));
}

/** Returns all links. With `after`, waits until anything about them changes. @throws LinkError */
export async function listLinks({ after, wait = 25, signal }: WaitOptions & { readonly after?: number } = {}): Promise<LinkList> {
  const query = after === undefined ? { wait: 0 } : { wait, after };
  return control("GET", "/links", isLinkList, { ...query, signal });
}

/** Returns one link. @throws LinkError, `no_such_link` when it is unknown, expired or revoked */
export async function getLink(token: string, { signal }: Pick<WaitOptions, "signal"> = {}): Promise<LinkView> {
  const isLink = (body: Fields): body is Fields & LinkView => body.token === token;
  return control("GET", path(token), isLink, { wait: 0, signal });
}

/** Ends a link and its call. @throws LinkError */
export async function revokeLink(token: string, { signal }: Pick<WaitOptions, "signal"> = {}): Promise<void> {
  await control("DELETE", path(token), isAnything, { wait: 0, signal });
}

/**
 * Joins a link's call on behalf of a person who does not receive the link, such as the professional. This does not
 * count as opening the link. `resume` restores the same identity. `livekitUrl` is the public one; a page on the machine
 * itself has a nearer one in its runtime configuration. @throws LinkError
 */
export async function joinAsHost(
  token: string,
  { name, resume }: { readonly name: string; readonly resume?: string },
  { signal }: Pick<WaitOptions, "signal"> = {},
): Promise<Joined> {
  return control("POST", `${path(token)}/join`, isJoined, { wait: 0, signal, body: { name, resume } });
}

/**
 * Returns a LiveKit access token for one room, valid for ten minutes. `identity` gets a random suffix, so that two
 * participants never disconnect each other; rooms of links (`sidelink-…`) are refused. @throws LinkError
 */
export async function livekitToken(
  participant: { readonly room: string; readonly identity: string; readonly name: string },
  { signal }: Pick<WaitOptions, "signal"> = {},
): Promise<string> {
  const { token } = await control("POST", "/livekit-token", hasToken, { wait: 0, signal, body: participant });
  return token;
}

interface ControlRequest extends WaitOptions {
  readonly after?: number;
  readonly headers?: Record<string, string>;
  readonly body?: object;
}

/** Time for a response, in addition to the requested wait. */
const TIMEOUT_MS = 10_000;

/**
 * Sends a request to the sidecar's control port. Reads address and token each time, so that a
 * renewed token needs no restart.
 */
async function control<T>(
  method: string,
  path: string,
  fits: (body: Fields) => body is Fields & T,
  { wait = 25, after, signal, headers, body }: ControlRequest,
): Promise<T> {
  const url = new URL(path, sidecar());
  if (after !== undefined) url.searchParams.set("after", String(after));
  if (wait > 0) url.searchParams.set("wait", `${wait}s`);
  const authorization = `Bearer ${await appToken()}`;
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

type LinkOrPreparing = Omit<Link, "kind"> | Omit<StillPreparing, "kind">;

function withKind(body: LinkOrPreparing): Link | StillPreparing {
  if (!("phase" in body)) return { ...body, kind: "link" };
  const { phase, waitingFor = null, retryAfter } = body;
  return { kind: "preparing", phase, waitingFor, retryAfter: Number(retryAfter) || 1 };
}

function isLinkOrPreparing(body: Fields): body is Fields & LinkOrPreparing {
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
    "SIDELINK_URL is not the address of the sidecar: set it to a URL such as http://sidecar:8788.",
    "SIDELINK_URL não é o endereço do sidecar: defina uma URL como http://sidecar:8788.",
    0,
  );
}

/**
 * Reads the token that the app shares with the sidecar from `SIDELINK_TOKEN_FILE`. An app that offers its own API to
 * servers compares their bearer token with it. @throws LinkError `token_unreadable`
 */
export async function appToken(): Promise<string> {
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
