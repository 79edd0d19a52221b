import { readRuntimeConfig, type RuntimeConfig } from "./document.js";

/** The result of one request to `/runtime-config`. */
export type Answer =
  | { readonly kind: "document"; readonly document: RuntimeConfig }
  | { readonly kind: "unchanged" }
  /** No answer: no network, an unknown name, or a timeout. */
  | { readonly kind: "lost" }
  /** The tunnel's edge reports that this hostname leads nowhere, for good or for the moment. */
  | { readonly kind: "gone" }
  /** The gateway waits for the sidecar, or the edge waits for the gateway. */
  | { readonly kind: "preparing" }
  /** Too many requests at once: a quick tunnel limits the requests in flight. */
  | { readonly kind: "busy" }
  /** No such path here: an app without Sidelink, or a third party on the path. */
  | { readonly kind: "absent" }
  /** A third party on the path answers: a captive portal, a filter, another site under this name. */
  | { readonly kind: "foreign" }
  /** The answer does not show whether the address works. */
  | { readonly kind: "unclear" };

/** Statuses that mean the same from every sender. */
const MEANING: { readonly [status: number]: "unchanged" | "busy" | "preparing" | "foreign" } = {
  304: "unchanged",
  429: "busy",
  502: "preparing",
  504: "preparing",
  // The status for captive portals, and the only 5xx that no tunnel and no gateway sends.
  511: "foreign",
  524: "preparing",
};

/** Only the gateway sets this header, on every answer. */
const OURS = "x-sidelink-instance";
const PREPARING = "x-sidelink-preparing";
/** Only ngrok sets this header, on its own error pages. Other tunnels have their own statuses (5xx). */
const NGROK = "ngrok-error-code";

/** Cloudflare: unregistered or deleted (1016), no connector for this hostname (1033). */
const LEADS_NOWHERE = /\berror([ _]code"?:)?\s*(1016|1033)\b/i;

/** Reads a response; rejects when the body breaks off. */
export async function readAnswer(response: Response): Promise<Answer> {
  const document = response.ok ? readRuntimeConfig(await response.text()) : null;
  return document ? { kind: "document", document } : { kind: await withoutDocument(response) };
}

async function withoutDocument(response: Response): Promise<Exclude<Answer["kind"], "document">> {
  const { status, headers } = response;
  const meaning = MEANING[status];
  if (meaning) return meaning;
  if (status === 530) return namesDeadAddress(await response.text()) ? "gone" : "unclear";
  if (headers.has(PREPARING)) return "preparing";
  if (headers.has(OURS) || headers.has(NGROK)) return "unclear";
  if (status === 404 || isOwnPage(response)) return "absent";
  return status >= 500 ? "unclear" : "foreign";
}

/**
 * Many hosts answer an unknown path with the app's start page. Under https and on this machine such a page cannot
 * come from a captive portal, because a portal has no certificate for the name.
 */
function isOwnPage({ ok, headers, url }: Response): boolean | undefined {
  return ok && headers.get("content-type")?.startsWith("text/html") && /^(https:|http:\/\/localhost[:/])/.test(url);
}

/**
 * Cloudflare writes its code as "error code: 1033" in plain text, as "Error 1033" in HTML, and as
 * {"title":"Error 1033: …","error_code":1033} for clients that accept JSON. Other numbers (ray ids, times) are not codes.
 */
function namesDeadAddress(body: string): boolean {
  return LEADS_NOWHERE.test(body.replace(/<[^>]*>/g, " "));
}
