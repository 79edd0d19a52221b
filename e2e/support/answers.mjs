// Questions to the stack's HTTP doors.
const PATIENCE = 40_000; // a long poll is held for 25 s

/** The JSON that a URL answers, or an error: no connection, or another status than 200. */
export async function ask(url, headers = {}, method = 'GET') {
  const answer = await fetch(url, { method, headers, signal: AbortSignal.timeout(PATIENCE) });
  if (answer.status !== 200) {
    await answer.arrayBuffer();
    throw new Error(`${url} answered ${answer.status}`);
  }
  return answer.json();
}

/**
 * Follows a document that can be polled for something newer, until it is as wanted.
 * While nobody answers, the engine's next event is what to wait for, so there is no pace here.
 */
export async function follow({ url, headers, number, wanted, events, seen = () => {}, over = () => false }) {
  let after;
  while (!over()) {
    const from = events().count;
    let document;
    try {
      document = await ask(after === undefined ? url : `${url}?after=${after}&wait=25s`, headers && (await headers()));
    } catch {
      after = undefined;
      await events().next('anything new from the engine', () => true, { from });
      continue;
    }
    seen(document);
    if (wanted(document)) return document;
    // An answer that is not newer: the wait is over, or another process counts from its own beginning.
    after = document[number] === after ? undefined : document[number];
  }
}
