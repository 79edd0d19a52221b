import { ConnectionState, Room, RoomEvent } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Device } from "./device-problem";
import { turn, turnBothOn } from "./devices";
import { explainMedia, localNetworkPermission } from "./local-network";
import { connectProblem, disconnectProblem, type CallProblem } from "./problem";
import { tilesOf, type TileView } from "./tiles";
import { requestToken } from "./token";

export type CallPhase = "idle" | "joining" | "joined" | "reconnecting";

export interface Call {
  readonly phase: CallPhase;
  readonly room: string;
  readonly tiles: readonly TileView[];
  readonly problems: readonly CallProblem[];
  readonly microphoneOn: boolean;
  readonly cameraOn: boolean;
  /** Whether the browser blocks sound until the visitor interacts with the page. */
  readonly silenced: boolean;
  join(livekitUrl: string, room: string, name: string): Promise<void>;
  leave(): void;
  toggle(device: Device): Promise<void>;
  startSound(): void;
  dismiss(): void;
}

const RENDERED_AT = [
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
  RoomEvent.LocalTrackPublished,
  RoomEvent.LocalTrackUnpublished,
  RoomEvent.ActiveSpeakersChanged,
  RoomEvent.AudioPlaybackStatusChanged,
  RoomEvent.ConnectionStateChanged,
] as const;

const NOTHING = { tiles: [] as TileView[], microphoneOn: false, cameraOn: false, silenced: false };

/** Holds one call in one LiveKit room: the state that the page shows and the actions of the visitor. */
export function useCall(): Call {
  const current = useRef<Room | null>(null);
  const [phase, setPhase] = useState<CallPhase>("idle");
  const [roomName, setRoomName] = useState("");
  const [view, setView] = useState(NOTHING);
  const [problems, setProblems] = useState<readonly CallProblem[]>([]);

  useEffect(() => () => void current.current?.disconnect(), []);

  const join = useCallback(async (livekitUrl: string, name: string, visitor: string) => {
    if (current.current) return;
    const room = new Room({ adaptiveStream: true, dynacast: true });
    const isCurrent = () => current.current === room;
    const end = (problem: CallProblem | null) => {
      if (!isCurrent()) return;
      current.current = null;
      setPhase("idle");
      setView(NOTHING);
      setProblems(problem ? [problem] : []);
    };
    let signalled = false;
    current.current = room;
    setRoomName(name);
    setProblems([]);
    setPhase("joining");
    room.on(RoomEvent.SignalConnected, () => (signalled = true));
    try {
      const token = await requestToken(name, visitor);
      if (!isCurrent()) return;
      await room.connect(livekitUrl, token);
    } catch (error) {
      return end(explainMedia(connectProblem(error, signalled), await localNetworkPermission()));
    }
    if (!isCurrent()) return void room.disconnect();
    const show = () => {
      if (!isCurrent()) return;
      setView(viewOf(room));
      setPhase(room.state === ConnectionState.Connected ? "joined" : "reconnecting");
    };
    for (const event of RENDERED_AT) room.on(event, show);
    room.on(RoomEvent.Disconnected, (reason) => end(disconnectProblem(reason)));
    show();
    const missing = await turnBothOn(room.localParticipant);
    if (isCurrent()) setProblems(missing);
  }, []);

  const leave = useCallback(() => {
    const room = current.current;
    current.current = null;
    setPhase("idle");
    setView(NOTHING);
    setProblems([]);
    void room?.disconnect();
  }, []);

  const toggle = useCallback(async (device: Device) => {
    const local = current.current?.localParticipant;
    if (!local) return;
    const on = device === "camera" ? local.isCameraEnabled : local.isMicrophoneEnabled;
    const problem = await turn(local, device, !on);
    setProblems(problem ? [problem] : []);
  }, []);

  return {
    phase,
    room: roomName,
    ...view,
    problems,
    join,
    leave,
    toggle,
    startSound: () => void current.current?.startAudio(),
    dismiss: () => setProblems([]),
  };
}

function viewOf(room: Room) {
  return {
    tiles: tilesOf(room),
    microphoneOn: room.localParticipant.isMicrophoneEnabled,
    cameraOn: room.localParticipant.isCameraEnabled,
    silenced: !room.canPlaybackAudio,
  };
}
