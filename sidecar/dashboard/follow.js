// The connection to the sidecar: who is signed in, then the status document now and at every change.

const FIRST_MS = 500;
/** A connection that held this long may be lost for a moment, when the machine changes its network. */
const HELD_MS = 2_000;
const LONGEST_MS = 10_000;
const ANSWER_MS = 5_000;
/** A browser is not told of pings that stay away: it asks by itself whether anybody is still there. */
const CHECK_MS = 15_000;
/** The `Date` header has whole seconds; below this a difference of the clocks means nothing. */
const CLOCKS_AGREE_MS = 2_000;

/**
 * Follows until the page ends. `on` gets `{ kind: 'status', status }`, `{ kind: 'signedOut' }` and
 * `{ kind: 'lost', since }`, the latter once, at the beginning of each loss.
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

  /** The sidecar's clock: Docker Desktop's virtual machine may have its own after a sleep. */
  now = () => Date.now() + this.#ahead;

  /** Connects now, whatever is awaited. */
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
    let heard = Infinity;
    socket.addEventListener('message', ({ data }) => {
      if (socket !== this.#socket) return;
      this.#tries = 0;
      this.#lostSince = null;
      heard = Math.min(heard, Date.now());
      this.#on({ kind: 'status', status: JSON.parse(data) });
    });
    socket.addEventListener('close', () => {
      if (socket !== this.#socket) return;
      if (Date.now() - heard > HELD_MS) this.again();
      else this.#lost();
    });
  }

  /** The connection is gone or silent: said at once, and tried again ever more slowly. */
  #lost() {
    this.#drop();
    if (this.#lostSince === null) {
      this.#lostSince = this.now();
      this.#on({ kind: 'lost', since: this.#lostSince });
    }
    const pace = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries);
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#connect(), pace * (0.75 + Math.random() / 2));
  }

  /** Nobody is heard any more; what is still under way counts no more. */
  #drop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    return (this.#turn += 1);
  }

  /** Still there, still signed in? A page that waits to be signed in finds out here, too. */
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
      const answer = await fetch('session', { cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS) });
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
