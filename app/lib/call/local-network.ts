import type { CallProblem } from "./problem";

/**
 * Whether this page may reach addresses of the visitor's own network, which is where a call's media goes on the
 * same Wi-Fi. Chromium asks the visitor (Local Network Access, since 142; WebRTC is specified and not yet held to
 * it). Null where the browser does not know the question, or where it does not arise.
 */
export type LocalNetworkPermission = PermissionState | null;

/** The newer name first: Chromium split the older one into this and `loopback-network`. */
const NAMES = ["local-network", "local-network-access"];

/** Longer than a call takes to connect where nobody is asked (0.3 s measured), so that the hint never flashes. */
export const HINT_AFTER_MS = 1_000;

/** Media that could not connect has a fix of its own where the browser was told to keep the page out. */
export function explainMedia(problem: CallProblem | null, permission: LocalNetworkPermission): CallProblem | null {
  return problem === "media" && permission === "denied" ? "localNetwork" : problem;
}

/** Whether the visitor may be waiting at a question of the browser's own. */
export function mayBeAsked(permission: LocalNetworkPermission): boolean {
  return permission === "prompt";
}

/** Only a page from a public address needs leave to reach a private one; without https it would never get it. */
export function needsPermission(page: { readonly hostname: string; readonly isSecureContext: boolean }): boolean {
  return page.isSecureContext && !PRIVATE.some((names) => names.test(page.hostname));
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

/** The first name that the browser knows decides; a name that it does not know is answered with a TypeError. */
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

/** As it is now, in this browser, for this page. Never rejects. */
export async function localNetworkPermission(): Promise<LocalNetworkPermission> {
  if (!needsPermission({ hostname: location.hostname, isSecureContext: window.isSecureContext })) return null;
  return firstKnown(async (name) => {
    const status = await navigator.permissions.query({ name: name as PermissionName });
    return status.state;
  });
}
