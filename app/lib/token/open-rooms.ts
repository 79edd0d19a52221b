import { RateLimit } from "./rate-limit";

/** A room without a new token for this long no longer counts as open. */
const ROOM_MS = 10 * 60_000;
/** More than a demonstration needs, less than a meeting service. */
const MAX_ROOMS = 30;
const MAX_NEW_ROOMS_PER_NETWORK = 5;

/**
 * Bounds how many rooms visitors open, because each costs memory of the operator's LiveKit. Rooms that are already open
 * can always be joined.
 */
export class OpenRooms {
  private readonly rooms = new Map<string, number>();
  private readonly opened = new RateLimit(MAX_NEW_ROOMS_PER_NETWORK, ROOM_MS);

  /** Returns 0 when the room may be entered, else the seconds after which it may. `network` is null where it is not known. */
  admit(room: string, network: string | null, now: number): number {
    this.forget(now);
    if (!this.rooms.has(room)) {
      const oldest = this.rooms.values().next().value ?? now;
      if (this.rooms.size >= MAX_ROOMS) return Math.ceil((oldest - now) / 1000);
      const wait = network === null ? 0 : this.opened.admit(network, now);
      if (wait > 0) return wait;
    }
    // Deleted first, so that insertion order stays the order of expiry.
    this.rooms.delete(room);
    this.rooms.set(room, now + ROOM_MS);
    return 0;
  }

  private forget(now: number): void {
    for (const [room, until] of this.rooms) {
      if (until > now) return;
      this.rooms.delete(room);
    }
  }
}
