import { createHash, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { refusal } from "../token/problem";

/** Longest accepted password. `init` generates 23 characters. */
export const PASSWORD_LIMIT = 256;

/**
 * Paths of the app's two secrets. The app reads both at every use, so a renewed secret needs no restart and ends every
 * session.
 */
export interface Secrets {
  readonly passwordFile: string;
  readonly keyFile: string;
}

/** Returns the paths where Compose mounts them, unless the environment names others. */
export function secretsOf(environment: Readonly<Record<string, string | undefined>>): Secrets {
  return {
    passwordFile: environment.SIDELINK_PASSWORD_FILE || "/secrets/password",
    keyFile: environment.SIDELINK_SESSION_KEY_FILE || "/secrets/session-key",
  };
}

/** Reads both secrets. @throws Refusal `secrets_unreadable` when one is missing or empty */
export async function readSecrets(secrets: Secrets): Promise<{ password: string; key: string }> {
  const [password, key] = await Promise.all([secrets.passwordFile, secrets.keyFile].map(readSecret));
  if (!password || !key) throw refusal("secrets_unreadable");
  return { password, key };
}

/** Compares in constant time, independent of length. */
export function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted));
}

async function readSecret(file: string): Promise<string> {
  return (await readFile(file, "utf8").catch(() => "")).trim();
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
