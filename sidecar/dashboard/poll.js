// Requests a document repeatedly, only while it is wanted and the page is visible.

const INTERVAL_MS = 2_000;
/** After errors the interval doubles up to this. */
const MAX_INTERVAL_MS = 10_000;
const TIMEOUT_MS = 10_000;

/**
 * Calls `on` with `{ body }` or `{ error }` after each request. `error` is the sidecar's, or empty
 * when no answer could be read. `{ error, status: 401 }` means that the session has ended.
 */
export class Poll {
  #path;
  #on;
  #wanted = false;
  #running = false;
  #failures = 0;
  #timer = null;
  #turn = 0;

  constructor(path, on) {
    this.#path = path;
    this.#on = on;
    document.addEventListener('visibilitychange', () => this.#update());
  }

  /** Starts at once, or stops and ignores the request in flight. */
  set wanted(wanted) {
    this.#wanted = wanted;
    this.#update();
  }

  #update() {
    const running = this.#wanted && !document.hidden;
    if (running === this.#running) return;
    this.#running = running;
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.#failures = 0;
    if (running) this.#request();
  }

  async #request() {
    const turn = this.#turn;
    const answer = await get(this.#path);
    if (turn !== this.#turn) return;
    this.#failures = answer.error ? this.#failures + 1 : 0;
    const delay = Math.min(MAX_INTERVAL_MS, INTERVAL_MS * 2 ** this.#failures);
    this.#timer = setTimeout(() => this.#request(), delay);
    this.#on(answer);
  }
}

async function get(path) {
  try {
    const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body = await answer.json();
    return answer.ok ? { body } : { error: body.error ?? {}, status: answer.status };
  } catch {
    return { error: {} };
  }
}
