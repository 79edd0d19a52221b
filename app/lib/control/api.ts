import { LinkError, type Link, type StillPreparing } from "@sidelink/client/server";
import type { NextApiRequest, NextApiResponse } from "next";
import { admitSignedIn } from "../session/guard";
import { Refusal, refusal } from "../token/problem";

/** Longest wait that a browser may request. */
const MAX_WAIT_SECONDS = 25;

type Handler = (request: NextApiRequest, response: NextApiResponse, gone: AbortSignal) => Promise<void>;
type Handlers = Readonly<Partial<Record<"GET" | "POST" | "DELETE", Handler>>>;

/**
 * Creates an API route from one handler per method. Errors become responses of Sidelink's format.
 * `gone` aborts when the client disconnects.
 */
export function route(handlers: Handlers) {
  return async (request: NextApiRequest, response: NextApiResponse): Promise<void> => {
    response.setHeader("cache-control", "no-store");
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    try {
      const handler = handlers[request.method as keyof Handlers];
      if (!handler) {
        response.setHeader("allow", Object.keys(handlers).join(", "));
        throw refusal("method_not_allowed");
      }
      await handler(request, response, gone.signal);
    } catch (error) {
      if (!gone.signal.aborted) refuse(response, asRefusal(error));
    }
  };
}

/** As `route`, for the pages of a signed-in professional only. */
export function signedInRoute(handlers: Handlers) {
  const guarded = Object.entries(handlers).map(([method, handler]): [string, Handler] => [
    method,
    async (request, response, gone) => {
      await admitSignedIn(request);
      await handler(request, response, gone);
    },
  ]);
  return route(Object.fromEntries(guarded));
}

/** Returns the JSON object of the body. @throws Refusal `not_json` */
export function jsonBody(request: NextApiRequest): Record<string, unknown> {
  const { body } = request;
  const isJson = request.headers["content-type"]?.startsWith("application/json");
  if (!isJson || typeof body !== "object" || body === null || Array.isArray(body)) throw refusal("not_json");
  return body as Record<string, unknown>;
}

/** Returns `?wait=25s` in seconds, 0 to 25. */
export function waitOf(request: NextApiRequest): number {
  const [, seconds] = /^(\d{1,3})s$/.exec(String(request.query.wait ?? "")) ?? [];
  return Math.min(Number(seconds ?? 0), MAX_WAIT_SECONDS);
}

/** Returns the request's `Idempotency-Key`; the sidecar validates it. */
export function idempotencyKeyOf({ headers }: NextApiRequest): string | undefined {
  const key = headers["idempotency-key"];
  return typeof key === "string" && key !== "" ? key : undefined;
}

/** Returns a valid link token. @throws Refusal `no_such_link` */
export function linkToken(value: unknown): string {
  if (typeof value === "string" && /^[A-Za-z0-9_-]{1,128}$/.test(value)) return value;
  throw refusal("no_such_link");
}

/** Responds with the link, or with 202 and what the stack waits for. */
export function answerLink(response: NextApiResponse, link: Link | StillPreparing, status: 200 | 201): void {
  const { kind, ...body } = link;
  if (kind === "link") return response.status(status).json(body);
  response.setHeader("retry-after", String(link.retryAfter)).status(202).json(body);
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (!(error instanceof LinkError)) throw error;
  const { status, code, message, messagePt, fix, retryAfter } = error;
  if (status === 401 || status === 403) return refusal("sidecar_refused");
  if (status === 0) return new Refusal(503, { code, message, messagePt, fix, docs: null }, retryAfter);
  return new Refusal(status < 400 ? 502 : status, { code, message, messagePt, fix, docs: null }, retryAfter);
}

function refuse(response: NextApiResponse, { status, problem, retryAfterSeconds }: Refusal): void {
  if (retryAfterSeconds !== null) response.setHeader("retry-after", String(retryAfterSeconds));
  if (status >= 500) console.warn(`request not answered code=${problem.code}`);
  response.status(status).json({ error: problem });
}
