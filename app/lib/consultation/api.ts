import { pause } from "./pause";
import { parseProblem, type Problem } from "../token/problem";

export interface WaitingFor {
  readonly layer: string;
  readonly since: string;
  readonly message: string;
  readonly messagePt: string;
}

export type Device = "phone" | "desktop" | "unknown";

/** One link of the professional's list, as control tells it. */
export interface LinkView {
  readonly token: string;
  readonly consultationUrl: string | null;
  readonly kind: "consultation" | "check";
  readonly professionalId: string;
  readonly clientId: string;
  readonly consultationType: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly openedAt: string | null;
  readonly opened: { readonly device: Device } | null;
  readonly staleAddress: boolean;
}

/** A link that was proven just now, to be handed out. */
export interface ReadyLink {
  readonly token: string;
  readonly consultationUrl: string;
  readonly expiresAt: string;
  readonly verifiedAt: string | null;
  /** SVG text. */
  readonly qr: string | null;
}

export interface LinkList {
  readonly sequence: number;
  readonly publicUrl: string | null;
  readonly links: readonly LinkView[];
}

export interface NewConsultation {
  readonly professionalId: string;
  readonly clientId: string;
  readonly consultationType: string;
}

/** Why the app's own API did not do it; `problem` is null when it did not answer at all. */
export class ApiFailed extends Error {
  override readonly name = "ApiFailed";

  constructor(
    readonly status: number | null,
    readonly problem: Problem | null,
    readonly retryAfterSeconds: number | null,
  ) {
    super(problem?.code ?? "no answer");
  }
}

interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** @throws ApiFailed */
export async function ask(path: string, { method = "GET", body, headers, signal }: Asked = {}): Promise<{ status: number; body: unknown; retryAfterSeconds: number | null }> {
  const response = await fetch(path, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
    signal,
  }).catch(() => null);
  if (!response) throw new ApiFailed(null, null, null);
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : null;
  if (!response.ok) throw new ApiFailed(response.status, parseProblem(answer), retryAfterSeconds);
  return { status: response.status, body: answer, retryAfterSeconds };
}

export async function listLinks(after: number | null, signal: AbortSignal): Promise<LinkList> {
  const query = after === null ? "" : `?after=${after}&wait=25s`;
  return (await ask(`/api/consultations${query}`, { signal })).body as LinkList;
}

export async function endLink(token: string): Promise<void> {
  await ask(`/api/consultations/${encodeURIComponent(token)}`, { method: "DELETE" });
}

interface Wish {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal: AbortSignal;
  readonly onWaiting: (waitingFor: WaitingFor | null) => void;
}

/**
 * What is awaited is heard when a wait is over: soon the first time. Where only the proof is too old for a link, one is
 * made within the first second, and nothing has to be said.
 */
const WAITS = ["?wait=1s", "?wait=3s"] as const;
/** So that an answer that comes at once is no busy loop. */
const PAUSE_MS = 250;

/** Asks again until the link is proven; tells what is awaited meanwhile. @throws ApiFailed */
export async function untilReady({ path, body, headers, signal, onWaiting }: Wish): Promise<ReadyLink> {
  for (let round = 0; ; round += 1) {
    const answer = await ask(`${path}${WAITS[Math.min(round, 1)]}`, { method: "POST", body: body ?? {}, headers, signal });
    if (answer.status !== 202) return answer.body as ReadyLink;
    onWaiting((answer.body as { waitingFor: WaitingFor | null }).waitingFor);
    await pause(round === 0 ? 0 : PAUSE_MS, signal);
    signal.throwIfAborted();
  }
}

export function newLink(consultation: NewConsultation, idempotencyKey: string, signal: AbortSignal, onWaiting: Wish["onWaiting"]): Promise<ReadyLink> {
  const headers = { "idempotency-key": idempotencyKey };
  return untilReady({ path: "/api/consultations", body: consultation, headers, signal, onWaiting });
}

export function resendLink(token: string, signal: AbortSignal, onWaiting: Wish["onWaiting"]): Promise<ReadyLink> {
  return untilReady({ path: `/api/consultations/${encodeURIComponent(token)}`, signal, onWaiting });
}
