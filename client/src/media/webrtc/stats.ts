import type { Room } from "livekit-client";
import type { TransportStats } from "../transport.js";
import { pathOf, type Entries, type Path } from "./path.js";
import { trafficOf } from "./traffic.js";

interface StatsSource {
  getStats?(): Promise<RTCStatsReport | undefined> | undefined;
  getICEConnectionState?(): RTCIceConnectionState;
}

/**
 * The part of livekit-client's engine that has the peer connections. It is not public API, so each name is checked. A
 * participant without tracks has no other statistics.
 */
interface Engine {
  readonly pcManager?: { readonly publisher?: StatsSource; readonly subscriber?: StatsSource };
}

/** Returns the path of the room's media, null while no pair of candidates is in use. */
export async function roomPath(room: Room): Promise<Path | null> {
  for (const source of [...peerConnections(room), ...tracks(room)]) {
    const path = pathOf(await read(source));
    if (path) return path;
  }
  return null;
}

/** Returns what the room's peer connections have carried, null while none is in use. */
export async function roomStats(room: Room): Promise<TransportStats | null> {
  const connections = peerConnections(room);
  const all = await Promise.all(connections.map(read));
  const at = performance.now();
  const paths = all.map(pathOf);
  const inUse = paths.findIndex((path) => path !== null);
  if (inUse < 0) return null;
  const iceState = connections[inUse]?.getICEConnectionState?.();
  return { at, ...trafficOf(all), iceState, candidateType: paths[inUse]?.candidateType ?? undefined };
}

async function read(source: StatsSource | undefined): Promise<Entries> {
  const stats = await source?.getStats?.()?.catch(() => undefined);
  return new Map((stats ?? []) as Iterable<[string, Record<string, unknown>]>);
}

function peerConnections(room: Room): (StatsSource | undefined)[] {
  const { pcManager } = (room.engine ?? {}) as unknown as Engine;
  return [pcManager?.publisher, pcManager?.subscriber];
}

function tracks(room: Room): (StatsSource | undefined)[] {
  const people = [room.localParticipant, ...room.remoteParticipants.values()];
  const publications = people.flatMap((person) => [...person.trackPublications.values()]);
  return publications.map(({ track }) => (track ? { getStats: () => track.getRTCStatsReport() } : undefined));
}
