import type { Link, LinkList, LinkRequest, LinkView, WaitingFor } from "@sidelink/client/server";
import { pause } from "./pause";
import { parseProblem, type Problem } from "../token/problem";

export type { LinkList, LinkView, WaitingFor };

/** A link that was verified just now. */
export type ReadyLink = Omit<Link, "kind">;

export type NewConsultation = Pick<LinkRequest, "professionalId" | "clientId" | "consultationType">;

/** A failed request to the app's own API; `problem` is null when there was no response. */
export class ApiFailed extends Error {
  override readonly name = "ApiFailed";

  constructor(
    readonly status: number | null,
    readonly problem: Problem | null,
    readonly retryAfterSeconds: number | null,
  ) {
    super(problem?.code ?? "no response");
  }
}

interface RequestOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** Sends a request to the app's own API. @throws ApiFailed */
export async function ask(path: string, { method = "GET", body, headers, signal }: RequestOptions = {}): Promise<{ status: number; body: unknown; retryAfterSeconds: number | null }> {
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

interface LinkAttempt {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal: AbortSignal;
  readonly onWaiting: (waitingFor: WaitingFor | null) => void;
}

/**
 * A response names what the stack waits for only when its wait is over, so the first wait is short. Where only the
 * verification is too old for a link, a new one succeeds within the first second and the page shows nothing else.
 */
const WAITS = ["?wait=1s", "?wait=3s"] as const;
/** Prevents a busy loop when responses arrive at once. */
const PAUSE_MS = 250;

/** Repeats the request until the link is ready; reports meanwhile what the stack waits for. @throws ApiFailed */
export async function untilReady({ path, body, headers, signal, onWaiting }: LinkAttempt): Promise<ReadyLink> {
  for (let round = 0; ; round += 1) {
    const answer = await ask(`${path}${WAITS[Math.min(round, 1)]}`, { method: "POST", body: body ?? {}, headers, signal });
    if (answer.status !== 202) return answer.body as ReadyLink;
    onWaiting((answer.body as { waitingFor: WaitingFor | null }).waitingFor);
    await pause(round === 0 ? 0 : PAUSE_MS, signal);
    signal.throwIfAborted();
  }
}

export function newLink(consultation: NewConsultation, idempotencyKey: string, signal: AbortSignal, onWaiting: LinkAttempt["onWaiting"]): Promise<ReadyLink> {
  const headers = { "idempotency-key": idempotencyKey };
  return untilReady({ path: "/api/consultations", body: consultation, headers, signal, onWaiting });
}

export function resendLink(token: string, signal: AbortSignal, onWaiting: LinkAttempt["onWaiting"]): Promise<ReadyLink> {
  return untilReady({ path: `/api/consultations/${encodeURIComponent(token)}`, signal, onWaiting });
}
