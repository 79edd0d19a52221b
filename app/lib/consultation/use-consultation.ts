import { Room, RoomEvent, VideoPresets, type LocalTrack } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";
import { localNetworkPermission } from "../call/local-network";
import { joinLink, LinkError, type Joined, type Joining } from "@sidelink/client";
import { patientReconnectPolicy } from "@sidelink/client/call";
import { endingOf, entryProblem, type Ending, type EntryProblem } from "./ending";
import { isFull } from "./full";
import { pause } from "./pause";
import { reportFailure } from "./report";
import { takeDevices } from "./use-devices";
import { pauseSeconds } from "./use-link";

export type Stage =
  | { readonly kind: "lobby"; readonly problem: EntryProblem | null }
  /** `waiting`: the stack is not ready, and it goes on by itself. `again`: without the check before it. */
  | { readonly kind: "joining"; readonly waiting: LinkError | null; readonly again: boolean }
  | { readonly kind: "call"; readonly room: Room; readonly startedAt: number }
  | { readonly kind: "ended"; readonly ending: Ending };

export interface Consultation {
  readonly stage: Stage;
  /** `tracks` are published as they are, and stopped when it does not come to a call. */
  enter(name: string, tracks: readonly LocalTrack[]): Promise<void>;
  /** Under the same name, with the devices that were on at the end. */
  enterAgain(): Promise<void>;
  leave(): void;
  /** Everything is asked at this origin from now on: the page's own leads nowhere any more. */
  moveTo(publicUrl: string): void;
}

/** Answers that come to an end by themselves. */
const PASSING = new Set(["preparing", "redis_down", "too_many", "unreachable"]);

/** One person's way through a link: check, call, end, and in again. `follow` is told of a new address. */
export function useConsultation(token: string, follow: (publicUrl: string) => void): Consultation {
  const [stage, setStage] = useState<Stage>({ kind: "lobby", problem: null });
  const attempt = useRef<AbortController | null>(null);
  const last = useRef<Last>({ name: "", camera: true, microphone: true });
  useEffect(() => () => attempt.current?.abort(), []);

  /** A new attempt, which ends the one before. */
  const begin = useCallback((again: boolean) => {
    attempt.current?.abort();
    const ours = (attempt.current = new AbortController());
    setStage({ kind: "joining", waiting: null, again });
    return ours.signal;
  }, []);

  const attend = useCallback(async (signal: AbortSignal, again: boolean, tracks: readonly LocalTrack[]) => {
    const show = (next: Stage) => void (signal.aborted || setStage(next));
    const room = newRoom();
    const onWaiting = (waiting: LinkError | null) => show({ kind: "joining", waiting, again });
    const problem = await connect({ room, token, ...last.current, signal, onWaiting, onConnected: (startedAt) => {
      room.once(RoomEvent.Disconnected, (reason) => show({ kind: "ended", ending: endingOf(reason) }));
      show({ kind: "call", room, startedAt });
    } });
    if (problem !== undefined) {
      for (const track of tracks) track.stop();
      return show({ kind: "lobby", problem });
    }
    const { localParticipant } = room;
    await Promise.all(tracks.map((track) => localParticipant.publishTrack(track).catch(() => track.stop())));
    const remember = () => {
      last.current = { ...last.current, camera: localParticipant.isCameraEnabled, microphone: localParticipant.isMicrophoneEnabled };
    };
    for (const event of [RoomEvent.LocalTrackPublished, RoomEvent.TrackMuted, RoomEvent.TrackUnmuted] as const) room.on(event, remember);
    remember();
  }, [token]);

  const enter = useCallback((name: string, tracks: readonly LocalTrack[]) => {
    last.current = { ...last.current, name };
    return attend(begin(false), false, tracks);
  }, [attend, begin]);

  const enterAgain = useCallback(async () => {
    const signal = begin(true);
    const { camera, microphone } = await takeDevices(last.current);
    const tracks = [microphone, camera].filter((track) => track !== undefined);
    if (signal.aborted) return tracks.forEach((track) => track.stop());
    await attend(signal, true, tracks);
  }, [attend, begin]);

  const leave = useCallback(() => {
    attempt.current?.abort();
    setStage(({ kind }) => (kind === "call" ? { kind: "ended", ending: "left" } : { kind: "lobby", problem: null }));
  }, []);
  const moveTo = useCallback((publicUrl: string) => {
    last.current = { ...last.current, base: publicUrl };
    follow(publicUrl);
  }, [follow]);
  return { stage, enter, enterAgain, leave, moveTo };
}

/** What entering again takes from the time before. */
interface Last {
  readonly name: string;
  readonly camera: boolean;
  readonly microphone: boolean;
  /** Absent while it is the page's own origin. */
  readonly base?: string;
}

interface Connecting {
  readonly room: Room;
  readonly token: string;
  readonly name: string;
  readonly base?: string;
  readonly signal: AbortSignal;
  readonly onWaiting: (waiting: LinkError) => void;
  /** `startedAt`: when connecting began, `performance.now()`. */
  readonly onConnected: (startedAt: number) => void;
}

/** Longer than livekit-client takes to give up by itself, where it does: at a 404 (2.23.0) it tries for ever. */
const CONNECT_MS = 40_000;

/** Into the room, or why not; null for whoever gave up. */
async function connect({ room, token, name, base, signal, onWaiting, onConnected }: Connecting): Promise<EntryProblem | null | undefined> {
  let signalled = false;
  let joined: Joined | null = null;
  let late: ReturnType<typeof setTimeout> | undefined;
  room.once(RoomEvent.SignalConnected, () => (signalled = true));
  signal.addEventListener("abort", () => void room.disconnect());
  try {
    joined = await untilJoined(token, { name, base, signal }, onWaiting);
    const startedAt = performance.now();
    late = setTimeout(() => void room.disconnect(), CONNECT_MS);
    await room.connect(joined.livekitUrl, joined.token);
    onConnected(startedAt);
    return undefined;
  } catch (error) {
    if (signal.aborted) return null;
    if (joined && (await isFull(error, joined))) return "full";
    const problem = entryProblem(error, signalled) ?? (signalled ? "media" : "signal");
    if (problem !== "media") return problem;
    reportFailure(token);
    return (await localNetworkPermission()) === "denied" ? "localNetwork" : "media";
  } finally {
    clearTimeout(late);
  }
}

function newRoom(): Room {
  return new Room({
    adaptiveStream: true,
    reconnectPolicy: patientReconnectPolicy(),
    dynacast: true,
    videoCaptureDefaults: { facingMode: "user", resolution: VideoPresets.h720.resolution },
  });
}

/** @throws LinkError of those that waiting does not mend; AbortError */
async function untilJoined(token: string, asking: Joining & { signal: AbortSignal }, onWaiting: (error: LinkError) => void) {
  const { signal } = asking;
  for (;;) {
    try {
      return await joinLink(token, asking);
    } catch (error) {
      if (signal.aborted || !(error instanceof LinkError) || !PASSING.has(error.code)) throw error;
      onWaiting(error);
      await pause(pauseSeconds(error) * 1000, signal);
      signal.throwIfAborted();
    }
  }
}
