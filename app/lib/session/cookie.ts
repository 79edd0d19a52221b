import { createHmac, randomBytes } from "node:crypto";
import { isSame } from "./password";

/** How long somebody stays signed in: a working day. */
export const SESSION_MS = 12 * 60 * 60 * 1000;

export interface SessionKey {
  readonly key: string;
  /** Part of the signature, so that a new password ends every session. */
  readonly password: string;
}

/** `<end, Unix ms>.<random>.<signature>`: nothing is kept of a session but what the browser holds. */
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
 * The whole `Set-Cookie` line; an empty value signs out. `Lax`, not `Strict`: a professional who follows a link to the
 * list from a chat or a mail is signed in at once; nothing is changed by a GET, and a POST from another site carries no
 * cookie. `Secure` and its name's prefix only where the visitor came by https: Safari keeps no such cookie of http://localhost.
 */
export function setCookie(value: string, secure: boolean): string {
  const age = value === "" ? 0 : SESSION_MS / 1000;
  return `${nameOf(secure)}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

/** What a request's `Cookie` holds of a session. */
export function sessionIn(cookie: string | undefined, secure: boolean): string | undefined {
  const name = `${nameOf(secure)}=`;
  return cookie?.split("; ").find((pair) => pair.startsWith(name))?.slice(name.length);
}

// Not `sidelink_session`: that is the dashboard's on the same host, and the gateway drops it.
function nameOf(secure: boolean): string {
  return secure ? "__Host-consultations" : "consultations";
}

function signature(session: string, { key, password }: SessionKey): string {
  const bound = createHmac("sha256", Buffer.from(key, "utf8")).update(password).digest();
  return createHmac("sha256", bound).update(session).digest("base64url");
}
