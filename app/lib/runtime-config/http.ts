import { parseRuntimeConfig, type RuntimeConfig } from "./document";

export type Answer =
  | { readonly kind: "document"; readonly document: RuntimeConfig }
  | { readonly kind: "unchanged" }
  /** Nothing usable: offline, a proxy's error page, a document of another shape. */
  | { readonly kind: "unanswered" }
  /** The tunnel's edge says that this hostname leads nowhere any more (530 with 1016 or 1033). */
  | { readonly kind: "gone" };

export interface Question {
  readonly url: string;
  /** With a revision the server keeps the request open until there is a newer one, or `waitSeconds` passed. */
  readonly after: number | null;
  readonly waitSeconds: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Asks once. Never rejects. */
export async function ask(question: Question): Promise<Answer> {
  const url = new URL(question.url);
  if (question.after !== null) {
    url.searchParams.set("after", String(question.after));
    url.searchParams.set("wait", `${question.waitSeconds}s`);
  }
  const limit = new AbortController();
  const end = () => limit.abort();
  const timer = setTimeout(end, question.timeoutMs);
  question.signal.addEventListener("abort", end, { once: true, signal: limit.signal });
  if (question.signal.aborted) end();
  try {
    const response = await fetch(url, {
      cache: "no-store",
      headers: { accept: "application/json" },
      signal: limit.signal,
    });
    if (response.status === 304) return { kind: "unchanged" };
    if (response.status === 530) return await edgeError(response);
    if (!response.ok) return { kind: "unanswered" };
    return { kind: "document", document: parseRuntimeConfig(await response.json()) };
  } catch {
    return { kind: "unanswered" };
  } finally {
    clearTimeout(timer);
    limit.abort();
  }
}

async function edgeError(response: Response): Promise<Answer> {
  return { kind: /\b(1016|1033)\b/.test(await response.text()) ? "gone" : "unanswered" };
}
