import type { Clock } from "./listener.js";

/** A time that passes when a test says so. */
export class FakeClock implements Clock {
  private time = 0;
  private readonly alarms = new Set<{ readonly due: number; readonly call: () => void }>();

  now(): number {
    return this.time;
  }

  after(ms: number, call: () => void): () => void {
    const alarm = { due: this.time + ms, call };
    this.alarms.add(alarm);
    return () => this.alarms.delete(alarm);
  }

  get waiting(): number {
    return this.alarms.size;
  }

  /** Every alarm at its time. */
  passes(ms: number): void {
    const end = this.time + ms;
    for (let next = this.next(end); next; next = this.next(end)) {
      this.time = next.due;
      this.rings(next);
    }
    this.time = end;
  }

  /** No alarm before the end: timers stand still while a machine sleeps. */
  sleeps(ms: number): void {
    const due = [...this.alarms].filter((alarm) => alarm.due <= this.time + ms);
    this.time += ms;
    for (const alarm of due) this.rings(alarm);
  }

  private next(end: number) {
    return [...this.alarms].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
  }

  private rings(alarm: { readonly due: number; readonly call: () => void }): void {
    if (this.alarms.delete(alarm)) alarm.call();
  }
}
