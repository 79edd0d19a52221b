import type { IncomingHttpHeaders } from "node:http";
import { refusal } from "../token/problem";
import { isSameOrigin } from "../token/request";
import { isSession, sessionIn } from "./cookie";
import { readSecrets, secretsOf } from "./password";

interface Incoming {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** Whether the visitor's browser came by https: the gateway says so, and drops what the visitor says of it. */
export function cameByHttps({ headers }: Incoming): boolean {
  return headers["x-forwarded-proto"] === "https";
}

/** @throws Refusal `secrets_unreadable` */
export async function isSignedIn(request: Incoming): Promise<boolean> {
  const session = sessionIn(request.headers.cookie, cameByHttps(request));
  if (session === undefined) return false;
  return isSession(session, await readSecrets(secretsOf(process.env)), Date.now());
}

/**
 * Lets only the signed-in professional's own pages pass. A cookie alone changes nothing: what is not a GET must also
 * say that it comes from this origin. @throws Refusal
 */
export async function admitSignedIn(request: Incoming): Promise<void> {
  if (!isSameOrigin(request.headers)) throw refusal("other_origin");
  if (request.method !== "GET" && !saysItsOrigin(request.headers)) throw refusal("other_origin");
  if (!(await isSignedIn(request))) throw refusal("signed_out");
}

export function saysItsOrigin(headers: IncomingHttpHeaders): boolean {
  return headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

/** Where to go after signing in: a path of this app, never another site. */
export function safeNext(next: unknown): string {
  if (typeof next !== "string" || !/^\/consultations(\/[\w/-]*)?$/.test(next)) return "/consultations";
  return next;
}
