import { readAnswer, type Answer } from "./answer.js";

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
      // A captive portal redirects to its own name, which the page's policy would block: seen as no answer.
      redirect: "manual",
      signal: limit.signal,
    });
    if (response.type === "opaqueredirect") return { kind: "foreign" };
    return await readAnswer(response);
  } catch {
    return { kind: "unanswered" };
  } finally {
    clearTimeout(timer);
    limit.abort();
  }
}
