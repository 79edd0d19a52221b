import { joinLink, LinkError, type Joined, type JoinOptions } from "@sidelink/client";
import type { Moved } from "@sidelink/client/call";
import { connect, type MediaCall } from "@sidelink/client/media";
import { localNetworkPermission } from "../call/local-network";
import { WITHOUT_TUNNEL } from "../call/tunnel-limits";
import { NotConnected, untilConnected } from "../call/until-connected";
import { entryProblem, type EntryProblem } from "./ending";
import { isFull } from "./full";
import { pause } from "./pause";
import { reportFailure } from "./report";
import { pauseSeconds } from "./use-link";

interface Entering {
  readonly token: string;
  readonly name: string;
  readonly via?: string;
  readonly base?: string;
  readonly tracks: readonly MediaStreamTrack[];
  readonly signal: AbortSignal;
  readonly onWaiting: (waiting: LinkError) => void;
  readonly onMoved: (moved: Moved) => void;
}

export type Entered =
  /** `startedAt`: when connecting began, `performance.now()`. */
  | { readonly call: MediaCall; readonly startedAt: number }
  /** Null when the visitor cancelled. */
  | { readonly problem: EntryProblem | null };

/** Joins by the link and connects the call. Never rejects; stops the tracks where the visitor does not get in. */
export async function enterCall(entering: Entering): Promise<Entered> {
  const { token, tracks, signal } = entering;
  let joined: Joined | undefined;
  try {
    joined = await untilJoined(entering);
    const startedAt = performance.now();
    return { call: await connected(entering, joined), startedAt };
  } catch (error) {
    for (const track of tracks) track.stop();
    return { problem: signal.aborted ? null : await problemOf(error, token, joined) };
  }
}

async function connected({ token, tracks, signal, onMoved }: Entering, joined: Joined): Promise<MediaCall> {
  const { livekitUrl, token: access, probeToken, otherUrls, directAddress, iceServers, knownPath, mediaTunnel, name } = joined;
  const rungs = mediaTunnel ? undefined : WITHOUT_TUNNEL;
  const freshToken = async ({ publicUrl }: { readonly publicUrl: string }) => (await joinLink(token, { name, base: publicUrl })).token;
  const follow = { onMoved, freshToken };
  return untilConnected(await connect({ livekitUrl, token: access, tracks, probeToken, otherUrls, directAddress, iceServers, knownPath, rungs, signal, follow }));
}

async function problemOf(error: unknown, token: string, joined: Joined | undefined): Promise<EntryProblem | null> {
  if (error instanceof LinkError) return error.code === "room_full" ? "full" : error;
  const problem = entryProblem(error instanceof NotConnected ? error.reason : "failed");
  // A page cannot distinguish a full room from a server that does not answer.
  if (joined && (problem === "signal" || problem === "full")) return (await isFull(joined)) ? "full" : "signal";
  if (problem !== "media") return problem;
  reportFailure(token);
  return (await localNetworkPermission()) === "denied" ? "localNetwork" : "media";
}

/** Errors that end without action of the visitor. */
const TEMPORARY = new Set(["preparing", "redis_down", "too_many", "unreachable"]);

/** Retries after temporary errors. @throws LinkError for other errors, AbortError */
async function untilJoined({ token, name, via, base, signal, onWaiting }: Entering): Promise<Joined> {
  const options: JoinOptions = { name, base, signal, ...(base === undefined && { via }) };
  for (;;) {
    try {
      return await joinLink(token, options);
    } catch (error) {
      if (signal.aborted || !(error instanceof LinkError) || !TEMPORARY.has(error.code)) throw error;
      onWaiting(error);
      await pause(pauseSeconds(error) * 1000, signal);
      signal.throwIfAborted();
    }
  }
}
