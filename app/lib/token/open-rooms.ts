/** A room without a new token for this long no longer counts as open. */
const ROOM_MS = 10 * 60_000;
/** More than a demonstration needs, less than a meeting service. */
const MAX_ROOMS = 30;
const MAX_ROOMS_OF_NETWORK = 5;

interface Room {
  readonly until: number;
  /** Who opened it; null where that is not known. */
  readonly network: string | null;
}

/**
 * Bounds how many rooms visitors hold open, because each costs memory of the operator's LiveKit. Rooms that are already
 * open can always be joined, which keeps them open.
 */
export class OpenRooms {
  /** In the order in which they end. */
  private readonly rooms = new Map<string, Room>();

  /**
   * Returns 0 when the room may be entered, else the seconds after which it may. `network` is null
   * where it is not known.
   */
  admit(room: string, network: string | null, now: number): number {
    this.forget(now);
    const known = this.rooms.get(room);
    if (known === undefined) {
      const open = [...this.rooms.values()];
      const own = network === null ? [] : open.filter((each) => each.network === network);
      const [first] = open.length >= MAX_ROOMS ? open : own.length >= MAX_ROOMS_OF_NETWORK ? own : [];
      if (first !== undefined) return Math.ceil((first.until - now) / 1000);
    }
    this.rooms.delete(room);
    this.rooms.set(room, { until: now + ROOM_MS, network: known?.network ?? network });
    return 0;
  }

  private forget(now: number): void {
    for (const [room, { until }] of this.rooms) {
      if (until > now) return;
      this.rooms.delete(room);
    }
  }
}
