import type { CallProblem } from "./problem";

/**
 * Whether this page may reach addresses of the visitor's network, which carries a call's media on the same Wi-Fi.
 * Chromium asks the visitor (Local Network Access, since 142; specified for WebRTC, not yet enforced). Null where the
 * browser does not support the permission, or the page does not need it.
 */
export type LocalNetworkPermission = PermissionState | null;

/** The newer name comes first: Chromium split the older one into this and `loopback-network`. */
const NAMES = ["local-network", "local-network-access"];

/** Longer than a call takes to connect without the question (0.3 s measured), so that the hint never flashes. */
export const HINT_AFTER_MS = 1_000;

/** Returns the specific problem where the visitor denied the permission, because it has a different fix. */
export function explainMedia(problem: CallProblem | null, permission: LocalNetworkPermission): CallProblem | null {
  return problem === "media" && permission === "denied" ? "localNetwork" : problem;
}

/** Whether the browser may be asking the visitor now. */
export function mayBeAsked(permission: LocalNetworkPermission): boolean {
  return permission === "prompt";
}

/** Whether the page needs the permission: only a page from a public address does, and only https pages can get it. */
export function needsPermission(page: { readonly hostname: string; readonly isSecureContext: boolean }): boolean {
  return page.isSecureContext && isPublic(page.hostname);
}

/** Whether a page's host is neither this machine nor in a private network. */
export function isPublic(hostname: string): boolean {
  return !PRIVATE.some((names) => names.test(hostname));
}

const PRIVATE = [
  /(^|\.)(localhost|local)$/i,
  /^(127|10)\.\d+\.\d+\.\d+$/,
  /^192\.168\.\d+\.\d+$/,
  /^172\.(1[6-9]|2\d|3[01])\.\d+\.\d+$/,
  /^169\.254\.\d+\.\d+$/,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+$/,
  /^\[(::1|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$/i,
];

/** Returns the state of the first name that the browser knows; it rejects an unknown name with a TypeError. */
export async function firstKnown(query: (name: string) => Promise<PermissionState>): Promise<LocalNetworkPermission> {
  for (const name of NAMES) {
    try {
      return await query(name);
    } catch {
      continue;
    }
  }
  return null;
}

/** Returns the current permission of this page. Never rejects. */
export async function localNetworkPermission(): Promise<LocalNetworkPermission> {
  if (!needsPermission({ hostname: location.hostname, isSecureContext: window.isSecureContext })) return null;
  return firstKnown(async (name) => {
    const status = await navigator.permissions.query({ name: name as PermissionName });
    return status.state;
  });
}
