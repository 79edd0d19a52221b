import { createHmac, randomBytes } from "node:crypto";
import { isSame } from "./password";

/** Lifetime of a session: a working day. */
export const SESSION_MS = 12 * 60 * 60 * 1000;

export interface SessionKey {
  readonly key: string;
  /** Part of the signature, so that a new password ends every session. */
  readonly password: string;
}

/** Creates `<end, Unix ms>.<random>.<signature>`. The server stores nothing of a session. */
export function newSession(secrets: SessionKey, now: number): string {
  const session = `${now + SESSION_MS}.${randomBytes(12).toString("base64url")}`;
  return `${session}.${signature(session, secrets)}`;
}

export function isSession(value: string | undefined, secrets: SessionKey, now: number): boolean {
  const [end = "", random = "", signed = "", ...more] = (value ?? "").split(".");
  if (!/^\d{1,16}$/.test(end) || more.length > 0) return false;
  return isSame(signed, signature(`${end}.${random}`, secrets)) && Number(end) > now;
}

/**
 * Returns the `Set-Cookie` header; an empty value signs out. `Lax` instead of `Strict` lets a professional open the
 * list from a chat or a mail while signed in. This is safe, because a GET changes nothing and a POST from another site
 * carries no cookie. `Secure` and the name's prefix need https, because Safari stores no such cookie for
 * http://localhost.
 */
export function setCookie(value: string, secure: boolean): string {
  const age = value === "" ? 0 : SESSION_MS / 1000;
  return `${nameOf(secure)}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

/** Returns the session in a request's `Cookie` header. */
export function sessionIn(cookie: string | undefined, secure: boolean): string | undefined {
  const name = `${nameOf(secure)}=`;
  return cookie?.split("; ").find((pair) => pair.startsWith(name))?.slice(name.length);
}

// Not `sidelink_session`, which is the dashboard's cookie on the same host; the gateway drops that one.
function nameOf(secure: boolean): string {
  return secure ? "__Host-consultations" : "consultations";
}

function signature(session: string, { key, password }: SessionKey): string {
  const bound = createHmac("sha256", Buffer.from(key, "utf8")).update(password).digest();
  return createHmac("sha256", bound).update(session).digest("base64url");
}
