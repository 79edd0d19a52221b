/** How a call's media goes, as WebRTC's own figures tell. */
export interface MediaPath {
  /** `turn`: through a TURN server. `lan`: straight, which behind an HTTP tunnel is the same network. */
  readonly media: "lan" | "turn";
  readonly protocol: "udp" | "tcp" | "tls";
  readonly rttMs?: number;
}

type Entry = Readonly<Record<string, unknown>>;

/** Null while no pair of candidates is in use. `stats` is what an `RTCStatsReport` holds, by id. */
export function pathOf(stats: ReadonlyMap<string, Entry>): MediaPath | null {
  const pair = pairInUse(stats);
  if (!pair) return null;
  const local = stats.get(String(pair.localCandidateId));
  const remote = stats.get(String(pair.remoteCandidateId));
  if (!local) return null;
  const relayed = local.candidateType === "relay" || remote?.candidateType === "relay";
  const rtt = pair.currentRoundTripTime;
  return {
    media: relayed ? "turn" : "lan",
    protocol: protocolOf(local),
    ...(typeof rtt === "number" && { rttMs: Math.round(rtt * 1000) }),
  };
}

// The transport names its pair; Firefox does not tell, there the nominated one that works is meant.
function pairInUse(stats: ReadonlyMap<string, Entry>): Entry | null {
  const all = [...stats.values()];
  const selected = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
  const named = selected && stats.get(String(selected.selectedCandidatePairId));
  return named ?? all.find(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded") ?? null;
}

function protocolOf({ protocol, relayProtocol }: Entry): MediaPath["protocol"] {
  const said = relayProtocol ?? protocol;
  return said === "tcp" || said === "tls" ? said : "udp";
}
