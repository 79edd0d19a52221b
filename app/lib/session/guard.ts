import type { IncomingHttpHeaders } from "node:http";
import { refusal } from "../token/problem";
import { isSameOrigin } from "../token/request";
import { isSession, sessionIn } from "./cookie";
import { readSecrets, secretsOf } from "./password";

interface Incoming {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** Whether the visitor uses https. The gateway sets this header and drops the visitor's own. */
export function cameByHttps({ headers }: Incoming): boolean {
  return headers["x-forwarded-proto"] === "https";
}

/** Whether the request carries a valid session. @throws Refusal `secrets_unreadable` */
export async function isSignedIn(request: Incoming): Promise<boolean> {
  const session = sessionIn(request.headers.cookie, cameByHttps(request));
  if (session === undefined) return false;
  return isSession(session, await readSecrets(secretsOf(process.env)), Date.now());
}

/**
 * Admits only the pages of a signed-in professional. The cookie is not enough for a request that changes something: it
 * must also come from this origin. @throws Refusal
 */
export async function admitSignedIn(request: Incoming): Promise<void> {
  if (!isSameOrigin(request.headers)) throw refusal("other_origin");
  if (request.method !== "GET" && !namesItsOrigin(request.headers)) throw refusal("other_origin");
  if (!(await isSignedIn(request))) throw refusal("signed_out");
}

export function namesItsOrigin(headers: IncomingHttpHeaders): boolean {
  return headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

/** Returns the page to open after signing in: a path of this app, never another site. */
export function safeNext(next: unknown): string {
  if (typeof next !== "string" || !/^\/consultations(\/[\w/-]*)?$/.test(next)) return "/consultations";
  return next;
}
