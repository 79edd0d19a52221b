/** The path of a call's media according to WebRTC's statistics. */
export interface MediaPath {
  /** `turn`: through a TURN server. `lan`: direct, which behind an HTTP tunnel means the same network. */
  readonly media: "lan" | "turn";
  readonly protocol: "udp" | "tcp" | "tls";
  readonly rttMs?: number;
}

type Entry = Readonly<Record<string, unknown>>;

/** Returns null while no pair of candidates is in use. `stats`: the entries of an `RTCStatsReport` by id. */
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

// The transport names its pair. Firefox does not report it, so the nominated pair that works is taken there.
function pairInUse(stats: ReadonlyMap<string, Entry>): Entry | null {
  const all = [...stats.values()];
  const selected = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
  const named = selected && stats.get(String(selected.selectedCandidatePairId));
  return named ?? all.find(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded") ?? null;
}

function protocolOf({ protocol, relayProtocol }: Entry): MediaPath["protocol"] {
  const reported = relayProtocol ?? protocol;
  return reported === "tcp" || reported === "tls" ? reported : "udp";
}
