import { createHash, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { refusal } from "../token/problem";

/** Longer than any password that `init` makes (23 characters) or a person would type. */
export const PASSWORD_LIMIT = 256;

/**
 * Where the app's two secrets are. Both are read at every use, so that a renewed one needs no restart, and a renewed
 * one ends every session.
 */
export interface Secrets {
  readonly passwordFile: string;
  readonly keyFile: string;
}

/** Where Compose mounts them, unless the environment names other places. */
export function secretsOf(environment: Readonly<Record<string, string | undefined>>): Secrets {
  return {
    passwordFile: environment.SIDELINK_PASSWORD_FILE || "/secrets/password",
    keyFile: environment.SIDELINK_SESSION_KEY_FILE || "/secrets/session-key",
  };
}

/** @throws Refusal `secrets_unreadable` where one of them is not there, or is empty. */
export async function readSecrets(secrets: Secrets): Promise<{ password: string; key: string }> {
  const [password, key] = await Promise.all([secrets.passwordFile, secrets.keyFile].map(readSecret));
  if (!password || !key) throw refusal("secrets_unreadable");
  return { password, key };
}

/** Takes the same time wherever the two differ, and however long they are. */
export function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted));
}

async function readSecret(file: string): Promise<string> {
  return (await readFile(file, "utf8").catch(() => "")).trim();
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
