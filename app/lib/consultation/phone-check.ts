import type { Joined } from "@sidelink/client";
import { connect, type MediaCall, type Protocol, type Rung } from "@sidelink/client/media";
import { CheckStatus, ConnectionCheck, type CheckInfo } from "livekit-client";
import { WITHOUT_TUNNEL } from "../call/tunnel-limits";
import { untilConnected } from "../call/until-connected";
import type { LegName } from "../words/phone";
import { pause } from "./pause";

export type LegState = "waiting" | "running" | "ok" | "failed" | "skipped";
export type Legs = Readonly<Record<LegName, LegState>>;

export const LEGS = ["websocket", "webrtc", "turn", "tunnel", "audio", "video", "reconnect"] as const satisfies readonly LegName[];
export const UNTOUCHED = Object.fromEntries(LEGS.map((name) => [name, "waiting"])) as Legs;

/** The best rung that works. `nothing`: signalling does not work either. */
export type Grade = Rung | "none" | "nothing";

export interface Path {
  readonly rung: Rung;
  readonly protocol: Protocol | null;
  readonly rttMs: number | null;
}

export interface Result {
  readonly legs: Legs;
  readonly grade: Grade;
  readonly path: Path | null;
}

/** Checks each leg in turn and reports the progress. Never rejects. */
export async function checkPhone(joined: Joined, onLegs: (legs: Legs) => void, signal: AbortSignal): Promise<Result> {
  const check = new ConnectionCheck(joined.livekitUrl, joined.token);
  const progress = new Progress(onLegs, signal);
  const paths: Path[] = [];
  const connects = async (...rungs: Rung[]): Promise<LegState> => (paths.push(await measurePath(joined, rungs, signal)), "ok");
  if ((await progress.run("websocket", async () => stateOf(await check.checkWebsocket()))) !== "ok") {
    for (const name of LEGS.slice(1)) await progress.run(name, async () => "skipped");
    return { legs: progress.legs, grade: "nothing", path: null };
  }
  await progress.run("webrtc", () => connects(...WITHOUT_TUNNEL));
  // The check of livekit-client knows only what LiveKit hands out.
  await progress.run("turn", async () => (joined.iceServers.length > 0 ? connects("turn") : stateOf(await check.checkTURN())));
  await progress.run("tunnel", async () => (joined.mediaTunnel ? connects("tunnel") : "skipped"));
  const [path = null] = paths;
  // These connect as livekit-client does, which knows neither `direct` nor the tunnel.
  const connectsAlone = path?.rung === "lan" || path?.rung === "turn";
  for (const [name, perform] of [
    ["audio", () => check.checkPublishAudio()],
    ["video", () => check.checkPublishVideo()],
    ["reconnect", () => check.checkReconnect()],
  ] as const) {
    await progress.run(name, async () => (connectsAlone ? stateOf(await perform()) : "skipped"));
  }
  return { legs: progress.legs, grade: path?.rung ?? "none", path };
}

class Progress {
  legs = UNTOUCHED;

  constructor(private readonly onLegs: (legs: Legs) => void, private readonly signal: AbortSignal) {}

  async run(name: LegName, perform: () => Promise<LegState>): Promise<LegState> {
    if (this.signal.aborted) return "skipped";
    this.show(name, "running");
    const state = await perform().catch((): LegState => "failed");
    this.show(name, state);
    return state;
  }

  private show(name: LegName, state: LegState): void {
    this.legs = { ...this.legs, [name]: state };
    if (!this.signal.aborted) this.onLegs(this.legs);
  }
}

function stateOf({ status }: CheckInfo): LegState {
  return status === CheckStatus.SKIPPED ? "skipped" : status === CheckStatus.SUCCESS ? "ok" : "failed";
}

/** Connects over these rungs with a silent track, which needs no permission. @throws where no media travels */
async function measurePath({ livekitUrl, token, directAddress, iceServers }: Joined, rungs: readonly Rung[], signal: AbortSignal): Promise<Path> {
  const audio = new AudioContext();
  try {
    const tracks = audio.createMediaStreamDestination().stream.getAudioTracks();
    const call = await untilConnected(await connect({ livekitUrl, token, directAddress, iceServers, tracks, rungs, signal }));
    return await pathOf(call, signal).finally(() => call.leave());
  } finally {
    void audio.close();
  }
}

/** Attempts, 100 ms apart, to read rung and round trip. */
const MAX_TRIES = 50;

async function pathOf(call: MediaCall, signal: AbortSignal): Promise<Path> {
  for (let tries = 0; tries < MAX_TRIES && !signal.aborted && call.state !== "ended"; tries += 1) {
    if (call.rung !== null && call.roundTripMs !== null) break;
    await pause(100, signal);
  }
  if (call.rung === null) throw new Error("no media travelled");
  return { rung: call.rung, protocol: call.protocol, rttMs: call.roundTripMs };
}
