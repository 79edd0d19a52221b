import type { Joined } from "@sidelink/client";
import { CheckStatus, ConnectionCheck, Room, type CheckInfo } from "livekit-client";
import type { LegName } from "../words/phone";
import type { MediaPath } from "./path";
import { mediaPath } from "./report";
import { pause } from "./pause";

export type LegState = "waiting" | "running" | "ok" | "failed" | "skipped";
export type Legs = Readonly<Record<LegName, LegState>>;

export const LEGS: readonly LegName[] = ["websocket", "webrtc", "turn", "audio", "video", "reconnect"];
export const UNTOUCHED: Legs = { websocket: "waiting", webrtc: "waiting", turn: "waiting", audio: "waiting", video: "waiting", reconnect: "waiting" };

/** `nothing`: signalling does not work either. */
export type Grade = "lan" | "turn" | "none" | "nothing";

export interface Result {
  readonly legs: Legs;
  readonly grade: Grade;
  readonly path: MediaPath | null;
}

/** Checks each leg in turn and reports the progress. Never rejects. */
export async function checkPhone(joined: Joined, onLegs: (legs: Legs) => void, signal: AbortSignal): Promise<Result> {
  const check = new ConnectionCheck(joined.livekitUrl, joined.token);
  let legs = UNTOUCHED;
  const show = (name: LegName, state: LegState) => {
    legs = { ...legs, [name]: state };
    if (!signal.aborted) onLegs(legs);
  };
  const run = async (name: LegName, perform: () => Promise<CheckInfo>): Promise<boolean> => {
    if (signal.aborted) return false;
    show(name, "running");
    const status = await perform().then((info) => info.status, () => CheckStatus.FAILED);
    show(name, status === CheckStatus.SKIPPED ? "skipped" : status === CheckStatus.SUCCESS ? "ok" : "failed");
    return status === CheckStatus.SUCCESS;
  };
  const skip = (...names: LegName[]) => names.forEach((name) => show(name, "skipped"));
  if (!(await run("websocket", () => check.checkWebsocket()))) {
    skip("webrtc", "turn", "audio", "video", "reconnect");
    return { legs, grade: "nothing", path: null };
  }
  const connects = await run("webrtc", () => check.checkWebRTC());
  await run("turn", () => check.checkTURN());
  if (!connects) {
    skip("audio", "video", "reconnect");
    return { legs, grade: "none", path: null };
  }
  const path = await measurePath(joined, signal);
  await run("audio", () => check.checkPublishAudio());
  await run("video", () => check.checkPublishVideo());
  await run("reconnect", () => check.checkReconnect());
  return { legs, grade: path?.media ?? "lan", path };
}

/** Attempts, 100 ms apart, to find a pair of candidates in use. */
const MAX_TRIES = 20;

// The checks do not expose their connections, so this opens one. A silent track needs no permission.
async function measurePath(joined: Joined, signal: AbortSignal): Promise<MediaPath | null> {
  const room = new Room();
  const audio = new AudioContext();
  try {
    await room.connect(joined.livekitUrl, joined.token);
    const [silence] = audio.createMediaStreamDestination().stream.getAudioTracks();
    if (silence) await room.localParticipant.publishTrack(silence);
    for (let tries = 0; tries < MAX_TRIES && !signal.aborted; tries += 1) {
      const path = await mediaPath(room);
      if (path) return path;
      await pause(100, signal);
    }
    return null;
  } catch {
    return null;
  } finally {
    await room.disconnect();
    void audio.close();
  }
}
