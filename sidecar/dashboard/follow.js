// The connection to the sidecar: checks the session, then receives the status document now and at every change.

const FIRST_MS = 500;
/** A connection that lasted this long may be lost only briefly, as when the machine changes its network. */
const STABLE_MS = 2_000;
const MAX_MS = 10_000;
const TIMEOUT_MS = 5_000;
/** A browser does not report missing pings, so the page checks the sidecar at this interval. */
const CHECK_MS = 15_000;
/** The `Date` header has whole seconds, so a smaller difference of the clocks is ignored. */
const CLOCKS_AGREE_MS = 2_000;

/**
 * Follows the sidecar until the page ends. Calls `on` with `{ kind: 'status', status }`, `{ kind: 'signedOut' }` and
 * `{ kind: 'lost', since }`, the latter once at the start of each loss.
 */
export class Follower {
  #on;
  #socket = null;
  #tries = 0;
  #timer = null;
  #lostSince = null;
  #ahead = 0;
  #turn = 0;

  constructor(on) {
    this.#on = on;
    setInterval(() => this.#check(), CHECK_MS);
    addEventListener('online', () => this.again());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#socket ? this.#check() : this.again();
    });
    this.again();
  }

  /** The sidecar's clock. In Docker Desktop's virtual machine it may differ after the machine was suspended. */
  now = () => Date.now() + this.#ahead;

  /** Connects now, without waiting for the backoff. */
  again() {
    this.#tries = 0;
    this.#connect();
  }

  async #connect() {
    const turn = this.#drop();
    const session = await this.#session();
    if (turn !== this.#turn) return;
    if (session === null) return this.#lost();
    if (session.signedIn) return this.#open();
    this.#lostSince = null;
    this.#on({ kind: 'signedOut' });
  }

  #open() {
    const socket = new WebSocket(new URL('status/ws', location.href.replace(/^http/, 'ws')));
    this.#socket = socket;
    let firstAt = Infinity;
    socket.addEventListener('message', ({ data }) => {
      if (socket !== this.#socket) return;
      this.#tries = 0;
      this.#lostSince = null;
      firstAt = Math.min(firstAt, Date.now());
      this.#on({ kind: 'status', status: JSON.parse(data) });
    });
    socket.addEventListener('close', () => {
      if (socket !== this.#socket) return;
      if (Date.now() - firstAt > STABLE_MS) this.again();
      else this.#lost();
    });
  }

  /** Reports a lost connection at once, and retries with exponential backoff. */
  #lost() {
    this.#drop();
    if (this.#lostSince === null) {
      this.#lostSince = this.now();
      this.#on({ kind: 'lost', since: this.#lostSince });
    }
    const delay = Math.min(MAX_MS, FIRST_MS * 2 ** this.#tries);
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#connect(), delay * (0.75 + Math.random() / 2));
  }

  /** Drops the connection and invalidates requests in flight. */
  #drop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    return (this.#turn += 1);
  }

  /** Checks that the sidecar answers and the session is valid. Also detects a new session. */
  async #check() {
    if (document.hidden || this.#lostSince !== null) return;
    const turn = this.#turn;
    const session = await this.#session();
    if (turn !== this.#turn) return;
    if (session === null) this.#lost();
    else if (session.signedIn !== Boolean(this.#socket)) this.again();
  }

  async #session() {
    try {
      const answer = await fetch('session', { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!answer.ok) return null;
      this.#compareClocks(answer.headers.get('date'));
      return await answer.json();
    } catch {
      return null;
    }
  }

  #compareClocks(date) {
    const ahead = Date.parse(date) + 500 - Date.now();
    this.#ahead = Math.abs(ahead) > CLOCKS_AGREE_MS ? ahead : 0;
  }
}
