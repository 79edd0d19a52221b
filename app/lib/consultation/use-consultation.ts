import type { LinkError } from "@sidelink/client";
import type { Moved } from "@sidelink/client/call";
import type { MediaCall, Participant } from "@sidelink/client/media";
import { useCallback, useEffect, useRef, useState } from "react";
import { endingOf, type Ending, type EntryProblem } from "./ending";
import { enterCall } from "./enter-call";
import { takeDevices } from "./take-devices";

export type Stage =
  | { readonly kind: "lobby"; readonly problem: EntryProblem | null }
  /** `waiting`: the stack is not ready, and the attempt continues automatically. `again`: entered without the lobby. */
  | { readonly kind: "joining"; readonly waiting: LinkError | null; readonly again: boolean }
  | CallStage
  | { readonly kind: "ended"; readonly ending: Ending };

export interface CallStage {
  readonly kind: "call";
  readonly call: MediaCall;
  /** What the call published first. */
  readonly tracks: readonly MediaStreamTrack[];
  readonly startedAt: number;
  /** The latest new address of the stack during the call. */
  readonly migration: Migration | null;
}

export type Migration = Pick<Moved, "publicUrl" | "resumes">;

export interface Consultation {
  readonly stage: Stage;
  /** Publishes `tracks` in the call; stops them when the visitor does not get in. */
  enter(name: string, tracks: readonly MediaStreamTrack[]): Promise<void>;
  /** Enters under the same name, with the devices that were on at the end. */
  enterAgain(): Promise<void>;
  leave(): void;
}

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

  const attend = useCallback(async (signal: AbortSignal, again: boolean, tracks: readonly MediaStreamTrack[]) => {
    const show = (next: Stage | ((now: Stage) => Stage)) => void (signal.aborted || setStage(next));
    const onWaiting = (waiting: LinkError) => show({ kind: "joining", waiting, again });
    const moved = ({ publicUrl, resumes }: Moved) => {
      last.current = { ...last.current, base: publicUrl };
      onMoved(publicUrl);
      show((now) => (now.kind === "call" ? { ...now, migration: { publicUrl, resumes } } : now));
    };
    const entered = await enterCall({ ...last.current, token, via, tracks, signal, onWaiting, onMoved: moved });
    if ("problem" in entered) return show({ kind: "lobby", problem: entered.problem });
    const { call } = entered;
    let overTunnel = call.rung === "tunnel";
    call.on("ended", (reason) => show({ kind: "ended", ending: endingOf(reason, overTunnel) }));
    call.on("change", () => {
      // At the end and while the call reconnects its tracks may be missing.
      if (call.state !== "connected") return;
      overTunnel = call.rung === "tunnel";
      last.current = { ...last.current, ...devicesOf(call.local) };
    });
    show({ kind: "call", tracks, migration: null, ...entered });
  }, [token, via, onMoved]);

  const enter = useCallback((name: string, tracks: readonly MediaStreamTrack[]) => {
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
  return { stage, enter, enterAgain, leave };
}

/** The state that entering again restores. */
interface Last {
  readonly name: string;
  readonly camera: boolean;
  readonly microphone: boolean;
  /** Absent while it is the page's origin. */
  readonly base?: string;
}

function devicesOf({ camera, microphone }: Participant): Pick<Last, "camera" | "microphone"> {
  return { camera: camera?.muted === false, microphone: microphone?.muted === false };
}
