import { Room, RoomEvent, VideoPresets, type LocalTrack } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";
import { localNetworkPermission } from "../call/local-network";
import { joinLink, LinkError, type Joined, type JoinOptions } from "@sidelink/client";
import { patientReconnectPolicy } from "@sidelink/client/call";
import { endingOf, entryProblem, type Ending, type EntryProblem } from "./ending";
import { isFull } from "./full";
import { pause } from "./pause";
import { reportFailure } from "./report";
import { takeDevices } from "./use-devices";
import { pauseSeconds } from "./use-link";

export type Stage =
  | { readonly kind: "lobby"; readonly problem: EntryProblem | null }
  /** `waiting`: the stack is not ready, and the attempt continues automatically. `again`: entered without the lobby. */
  | { readonly kind: "joining"; readonly waiting: LinkError | null; readonly again: boolean }
  | { readonly kind: "call"; readonly room: Room; readonly startedAt: number }
  | { readonly kind: "ended"; readonly ending: Ending };

export interface Consultation {
  readonly stage: Stage;
  /** Publishes `tracks` in the call; stops them when the visitor does not get in. */
  enter(name: string, tracks: readonly LocalTrack[]): Promise<void>;
  /** Enters under the same name, with the devices that were on at the end. */
  enterAgain(): Promise<void>;
  leave(): void;
  /** Sends all requests to this origin from now on, because the page's origin no longer answers. */
  moveTo(publicUrl: string): void;
}

/** Errors that end without action of the visitor. */
const TEMPORARY = new Set(["preparing", "redis_down", "too_many", "unreachable"]);

export interface ConsultationOptions {
  /** As `via` of `joinLink`: the route to join by, instead of the sidecar. */
  readonly via?: string;
  /** Called with a new public URL. */
  readonly onMoved: (publicUrl: string) => void;
}

/** Holds one person's state in a consultation: lobby, call, end, and entering again. */
export function useConsultation(token: string, { via, onMoved }: ConsultationOptions): Consultation {
  const [stage, setStage] = useState<Stage>({ kind: "lobby", problem: null });
  const attempt = useRef<AbortController | null>(null);
  const last = useRef<Last>({ name: "", camera: true, microphone: true });
  useEffect(() => () => attempt.current?.abort(), []);

  /** Begins a new attempt and ends the one before. */
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
    const problem = await connect({ room, token, via, ...last.current, signal, onWaiting, onConnected: (startedAt) => {
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
  }, [token, via]);

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
    onMoved(publicUrl);
  }, [onMoved]);
  return { stage, enter, enterAgain, leave, moveTo };
}

/** The state that entering again restores. */
interface Last {
  readonly name: string;
  readonly camera: boolean;
  readonly microphone: boolean;
  /** Absent while it is the page's origin. */
  readonly base?: string;
}

interface Connecting {
  readonly room: Room;
  readonly token: string;
  readonly name: string;
  readonly via?: string;
  readonly base?: string;
  readonly signal: AbortSignal;
  readonly onWaiting: (waiting: LinkError) => void;
  /** `startedAt`: when connecting began, `performance.now()`. */
  readonly onConnected: (startedAt: number) => void;
}

/** Longer than livekit-client's own timeout. After a 404, livekit-client 2.23.0 retries without end. */
const CONNECT_TIMEOUT_MS = 40_000;

/** Connects to the room. Returns the problem if that fails, null if the visitor cancelled. */
async function connect({ room, token, name, via, base, signal, onWaiting, onConnected }: Connecting): Promise<EntryProblem | null | undefined> {
  let signalled = false;
  let joined: Joined | null = null;
  let late: ReturnType<typeof setTimeout> | undefined;
  room.once(RoomEvent.SignalConnected, () => (signalled = true));
  signal.addEventListener("abort", () => void room.disconnect());
  try {
    joined = await untilJoined(token, { name, base, signal, ...(base === undefined && { via }) }, onWaiting);
    const startedAt = performance.now();
    late = setTimeout(() => void room.disconnect(), CONNECT_TIMEOUT_MS);
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

/** Retries after temporary errors. @throws LinkError for other errors, AbortError */
async function untilJoined(token: string, options: JoinOptions & { signal: AbortSignal }, onWaiting: (error: LinkError) => void) {
  const { signal } = options;
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
