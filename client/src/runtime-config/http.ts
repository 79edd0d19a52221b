import { readAnswer, type Answer } from "./answer.js";
import { limit } from "./attention.js";

/** Sends one request. With `after`, the server answers at a newer revision or after `waitSeconds`. Never rejects. */
export async function ask(url: URL, signal: AbortSignal, after?: number, waitSeconds = 0): Promise<Answer> {
  const asked = new URL(url);
  let timeoutMs = 8_000;
  if (after !== undefined) {
    asked.searchParams.set("after", `${after}`);
    asked.searchParams.set("wait", `${waitSeconds}s`);
    timeoutMs += waitSeconds * 1_000;
  }
  const over = limit(timeoutMs, signal);
  try {
    const response = await fetch(asked, {
      cache: "no-store",
      headers: { accept: "application/json" },
      // A captive portal redirects to its own name, which the page's policy would block. `manual`
      // makes that a response.
      redirect: "manual",
      signal: over.signal,
    });
    return await readAnswer(response);
  } catch {
    return { kind: "lost" };
  } finally {
    over.abort();
  }
}
