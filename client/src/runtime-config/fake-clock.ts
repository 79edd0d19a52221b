import type { Clock } from "./listener.js";

interface Alarm {
  readonly due: number;
  readonly call: () => void;
}

/** A clock that a test advances. */
export class FakeClock implements Clock {
  private time = 0;
  private readonly alarms = new Set<Alarm>();

  readonly Date = { now: () => this.time };

  setTimeout(call: () => void, ms: number): Alarm {
    const alarm = { due: this.time + ms, call };
    this.alarms.add(alarm);
    return alarm;
  }

  clearTimeout(alarm: Alarm): void {
    this.alarms.delete(alarm);
  }

  get waiting(): number {
    return this.alarms.size;
  }

  /** Advances the time; every alarm rings when it is due. */
  passes(ms: number): void {
    const end = this.time + ms;
    for (let next = this.next(end); next; next = this.next(end)) {
      this.time = next.due;
      this.rings(next);
    }
    this.time = end;
  }

  /** Suspends the machine: every alarm that became due rings at the end. */
  suspends(ms: number): void {
    const due = [...this.alarms].filter((alarm) => alarm.due <= this.time + ms);
    this.time += ms;
    for (const alarm of due) this.rings(alarm);
  }

  private next(end: number) {
    return [...this.alarms].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
  }

  private rings(alarm: Alarm): void {
    if (this.alarms.delete(alarm)) alarm.call();
  }
}
