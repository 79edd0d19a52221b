/** Chromium split the second name into the first one and `loopback-network`. */
const NAMES = ["local-network", "local-network-access"];

/** Whether the visitor denied this page the addresses of the local network. A page without TLS cannot ask for them. */
export async function isLocalNetworkBlocked(): Promise<boolean> {
  const states = await Promise.all(NAMES.map((name) => stateOf(name).catch(() => null)));
  return globalThis.isSecureContext && states.includes("denied");
}

/** Rejects for a name that the browser does not know. */
async function stateOf(name: string): Promise<PermissionState> {
  return (await navigator.permissions.query({ name: name as PermissionName })).state;
}
