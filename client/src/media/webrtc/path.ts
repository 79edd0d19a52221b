import type { Protocol, Rung } from "../types.js";

/** The path of a call's media according to WebRTC's statistics. */
export interface Path {
  readonly rung: Exclude<Rung, "tunnel">;
  readonly roundTripMs: number | null;
  readonly protocol: Protocol | null;
  /** Of this side's candidate. */
  readonly candidateType: RTCIceCandidateType | null;
  /** Grows while anything arrives: the other side answers checks every few seconds at least. */
  readonly arrived: number;
}

export type Entry = Readonly<Record<string, unknown>>;
/** The entries of an `RTCStatsReport` by id. */
export type Entries = ReadonlyMap<string, Entry>;

const TYPES: readonly RTCIceCandidateType[] = ["host", "srflx", "prflx", "relay"];

/** Returns null while no pair of candidates is in use. */
export function pathOf(stats: Entries): Path | null {
  const pair = pairInUse(stats);
  const local = pair && stats.get(String(pair.localCandidateId));
  if (!pair || !local) return null;
  const remote = stats.get(String(pair.remoteCandidateId));
  const seconds = pair.currentRoundTripTime;
  return {
    rung: rungOf(local, remote ?? {}),
    protocol: protocolOf(local),
    candidateType: TYPES.find((type) => type === local.candidateType) ?? null,
    roundTripMs: typeof seconds === "number" ? Math.round(seconds * 1000) : null,
    arrived: (Number(pair.bytesReceived) || 0) + (Number(pair.responsesReceived) || 0),
  };
}

// The transport names its pair. Firefox does not report it, so the nominated pair that works is taken there.
function pairInUse(stats: Entries): Entry | null {
  const all = [...stats.values()];
  const selected = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
  const named = selected && stats.get(String(selected.selectedCandidatePairId));
  return named ?? all.find(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded") ?? null;
}

/** LiveKit announces a private address in the same network, and a public one elsewhere. */
function rungOf(local: Entry, remote: Entry): Path["rung"] {
  if (local.candidateType === "relay" || remote.candidateType === "relay") return "turn";
  const address = remote.address ?? remote.ip;
  if (typeof address === "string" && address !== "") return isPrivate(address) ? "lan" : "direct";
  return local.candidateType === "host" ? "lan" : "direct";
}

/** A relayed candidate has two: how the page reaches the relay decides. */
function protocolOf({ relayProtocol, protocol }: Entry): Protocol | null {
  const named = relayProtocol ?? protocol;
  return named === "udp" || named === "tcp" || named === "tls" ? named : null;
}

const PRIVATE = /^(10\.|127\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|\[?(::1$|f[cde]))|\.local$/i;

/** Whether an address is of a private network (RFC 1918, RFC 6598, RFC 4193, link-local) or this machine. */
export const isPrivate = (address: string): boolean => PRIVATE.test(address);
