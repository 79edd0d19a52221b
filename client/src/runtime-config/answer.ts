import { readRuntimeConfig, type RuntimeConfig } from "./document.js";

/** What one question to `/runtime-config` brought. */
export type Answer =
  | { readonly kind: "document"; readonly document: RuntimeConfig }
  | { readonly kind: "unchanged" }
  /** Nobody answered: no network, no such name, a time limit. */
  | { readonly kind: "lost" }
  /** The tunnel's edge says that this hostname leads nowhere (any more, or just now). */
  | { readonly kind: "gone" }
  /** The gateway waits for the sidecar, or the edge waits for the gateway. */
  | { readonly kind: "preparing" }
  /** Too many at once: a quick tunnel has a limit on requests in flight. */
  | { readonly kind: "busy" }
  /** No such path here: an app without Sidelink, or somebody on the way. */
  | { readonly kind: "absent" }
  /** Somebody on the way: a captive portal, a filter, another site under this name. */
  | { readonly kind: "foreign" }
  /** An answer that says nothing about whether the address works. */
  | { readonly kind: "unclear" };

/** What a status means whoever sends it. */
const MEANING: { readonly [status: number]: "unchanged" | "busy" | "preparing" | "foreign" } = {
  304: "unchanged",
  429: "busy",
  502: "preparing",
  504: "preparing",
  // What a captive portal should say, and the only 5xx that no tunnel and no gateway says.
  511: "foreign",
  524: "preparing",
};

/** On every answer of the gateway, and on nobody else's. */
const OURS = "x-sidelink-instance";
const PREPARING = "x-sidelink-preparing";
/** Set by ngrok only, on its own error pages; other tunnels have their own statuses (5xx). */
const NGROK = "ngrok-error-code";

/** Cloudflare: unregistered or deleted (1016), no connector for this hostname (1033). */
const LEADS_NOWHERE = /\berror([ _]code"?:)?\s*(1016|1033)\b/i;

/** Reads what came back; rejects when the body breaks off. */
export async function readAnswer(response: Response): Promise<Answer> {
  const document = response.ok ? readRuntimeConfig(await response.text()) : null;
  return document ? { kind: "document", document } : { kind: await withoutDocument(response) };
}

async function withoutDocument(response: Response): Promise<Exclude<Answer["kind"], "document">> {
  const { status, headers } = response;
  const meaning = MEANING[status];
  if (meaning) return meaning;
  if (status === 530) return namesADeadAddress(await response.text()) ? "gone" : "unclear";
  if (headers.has(PREPARING)) return "preparing";
  if (headers.has(OURS) || headers.has(NGROK)) return "unclear";
  if (status === 404 || isAPageOfItsOwn(response)) return "absent";
  return status >= 500 ? "unclear" : "foreign";
}

/**
 * Where nothing is at a path, many a host answers with the app's first page. Under https, or on this machine, that
 * is no captive portal: it has no certificate for the name.
 */
function isAPageOfItsOwn({ ok, headers, url }: Response): boolean | undefined {
  return ok && headers.get("content-type")?.startsWith("text/html") && /^(https:|http:\/\/localhost[:/])/.test(url);
}

/**
 * Cloudflare tells its code as "error code: 1033" in plain text, as "Error 1033" in HTML, and to whoever accepts
 * JSON as {"title":"Error 1033: …","error_code":1033}. Numbers elsewhere (ray ids, times) are not codes.
 */
function namesADeadAddress(body: string): boolean {
  return LEADS_NOWHERE.test(body.replace(/<[^>]*>/g, " "));
}
