// The engine's events about the project's containers, in order and from the beginning.
import { follow, within } from './process.mjs';

const ACTIONS = ['create', 'start', 'kill', 'die', 'stop', 'restart', 'pause', 'unpause', 'oom', 'destroy', 'health_status'];

export class Events {
  #observed = [];
  #waiting = new Set();
  #end;

  constructor(project, since = Date.now()) {
    let read = 0;
    const filters = ['type=container', `label=com.docker.compose.project=${project}`, ...ACTIONS.map((action) => `event=${action}`)];
    const onText = (text) => {
      const end = text.lastIndexOf('\n') + 1;
      for (const line of text.slice(read, end).split('\n').filter(Boolean)) this.#take(JSON.parse(line));
      read = Math.max(read, end);
    };
    this.#end = follow(
      'docker',
      ['events', '--since', String(since / 1000), '--format', '{{json .}}', ...filters.flatMap((filter) => ['--filter', filter])],
      { onText, onEnd: (error) => this.#fail(error) },
    );
  }

  /** The number of events so far: `next` starts looking there. */
  get count() {
    return this.#observed.length;
  }

  /** The first event from number `from` on that matches, past or still to come. */
  next(what, matches, { from = this.count, seconds = 120 } = {}) {
    const known = this.#observed.slice(from).find(matches);
    if (known) return Promise.resolve(known);
    let waiter;
    const event = new Promise((resolve, reject) => {
      waiter = { matches, resolve, reject };
      this.#waiting.add(waiter);
    });
    return within(seconds, what, event).finally(() => this.#waiting.delete(waiter));
  }

  all(from = 0) {
    return this.#observed.slice(from);
  }

  close() {
    this.#fail = () => {};
    this.#end();
  }

  #take(raw) {
    const { Action: action, Actor: { Attributes: attributes }, timeNano } = raw;
    const event = {
      action,
      service: attributes['com.docker.compose.service'],
      oneOff: attributes['com.docker.compose.oneoff'] === 'True',
      exitCode: attributes.exitCode === undefined ? undefined : Number(attributes.exitCode),
      signal: attributes.signal,
      at: timeNano / 1e6, // Unix milliseconds
    };
    this.#observed.push(event);
    for (const waiter of this.#waiting) if (waiter.matches(event)) waiter.resolve(event);
  }

  #fail = (error) => {
    for (const waiter of this.#waiting) waiter.reject(error);
  };
}
