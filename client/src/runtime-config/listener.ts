import { connectionOf, deadline, learn, NOTHING_HEARD, type Connection, type ConnectionEvent, type Facts } from "./connection.js";

/** The time, so that a test can have its own. */
export interface Clock {
  /** Milliseconds of the epoch. */
  now(): number;
  /** Calls once, `ms` from now, unless the function that it answers is called before. */
  after(ms: number, call: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** Keeps what is known of the connection, and tells the verdict when it changes. */
export class Listener {
  readonly #clock: Clock;
  readonly #tell: (connection: Connection) => void;
  #facts: Facts;
  #told: Connection = connectionOf(NOTHING_HEARD);
  #cancel: () => void = () => {};
  #closed = false;

  constructor(
    clock: Clock,
    tell: (connection: Connection) => void,
    /** Of the stack that this page came from, where that is known before anything is heard. */
    instance: string | null = null,
  ) {
    this.#clock = clock;
    this.#tell = tell;
    this.#facts = { ...NOTHING_HEARD, instance };
  }

  hears(event: ConnectionEvent): void {
    if (this.#closed) return;
    this.#facts = learn(this.#facts, event, this.#clock.now());
    this.#setAlarm();
    const verdict = connectionOf(this.#facts);
    if (JSON.stringify(verdict) === JSON.stringify(this.#told)) return;
    this.#told = verdict;
    this.#tell(verdict);
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  #setAlarm(): void {
    this.#cancel();
    const due = deadline(this.#facts);
    if (due === null) return;
    this.#cancel = this.#clock.after(due - this.#clock.now(), () => this.hears({ kind: "alarm" }));
  }
}
