// Requests to the stack's HTTP endpoints.
const TIMEOUT_MS = 40_000; // a long poll is held for 25 s

/** The JSON behind a URL. Rejects without a connection and on another status than 200. */
export async function ask(url, headers = {}, method = 'GET') {
  const answer = await fetch(url, { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (answer.status !== 200) {
    await answer.arrayBuffer();
    throw new Error(`${url} answered ${answer.status}`);
  }
  return answer.json();
}

/**
 * Follows a document by long poll until `until` holds. While no server answers, it waits for the
 * engine's next event, so it needs no interval.
 */
export async function follow({ url, headers, number, until, events, onEach = () => {}, cancelled = () => false }) {
  let after;
  while (!cancelled()) {
    const from = events().count;
    let document;
    try {
      document = await ask(after === undefined ? url : `${url}?after=${after}&wait=25s`, headers && (await headers()));
    } catch {
      after = undefined;
      await events().next('anything new from the engine', () => true, { from });
      continue;
    }
    onEach(document);
    if (until(document)) return document;
    // The answer is not newer: the wait is over, or a new process counts from its own start.
    after = document[number] === after ? undefined : document[number];
  }
}
