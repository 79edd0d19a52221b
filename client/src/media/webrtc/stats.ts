import type { Room } from "livekit-client";
import { pathOf, type Path } from "./path.js";

type StatsSource = { getStats?(): Promise<RTCStatsReport | undefined> } | undefined;

/**
 * The part of livekit-client's engine that has the peer connections. It is not public API, so each name is checked. A
 * participant without tracks has no other statistics.
 */
interface Engine {
  readonly pcManager?: { readonly publisher?: StatsSource; readonly subscriber?: StatsSource };
}

/** Returns the path of the room's media, null while no pair of candidates is in use. */
export async function roomPath(room: Room): Promise<Path | null> {
  const { pcManager } = (room.engine ?? {}) as unknown as Engine;
  for (const source of [pcManager?.publisher, pcManager?.subscriber, ...tracks(room)]) {
    const stats = await source?.getStats?.().catch(() => undefined);
    const path = stats && pathOf(new Map(stats as unknown as Iterable<[string, Record<string, unknown>]>));
    if (path) return path;
  }
  return null;
}

function tracks(room: Room): StatsSource[] {
  const people = [room.localParticipant, ...room.remoteParticipants.values()];
  const publications = people.flatMap((person) => [...person.trackPublications.values()]);
  return publications.map(({ track }) => (track ? { getStats: () => track.getRTCStatsReport() } : undefined));
}
