import { joinLink, LinkError } from "@sidelink/client";
import { followAddress, patientReconnectPolicy } from "@sidelink/client/call";
import { ConnectionState, Room, RoomEvent, Track, type Participant } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";
import { language, words } from "./language";

export interface PersonView {
  readonly identity: string;
  readonly name: string;
  readonly isLocal: boolean;
  readonly video: Track | null;
  readonly audio: Track | null;
}

const NOTHING = { people: [] as PersonView[], silenced: false };

const RENDERED_AT = [
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.LocalTrackPublished,
  RoomEvent.LocalTrackUnpublished,
  RoomEvent.AudioPlaybackStatusChanged,
  RoomEvent.ConnectionStateChanged,
] as const;

/** Holds a call that was joined by a link, and continues when the address changes. */
export function useCall(linkToken: string, onMoved: (publicUrl: string) => void) {
  const current = useRef<Room | null>(null);
  const [phase, setPhase] = useState<"idle" | "joining" | "joined" | "resuming">("idle");
  const [view, setView] = useState(NOTHING);
  const [problem, setProblem] = useState<string | null>(null);
  const [newAddress, setNewAddress] = useState<string | null>(null);

  const end = useCallback((room: Room | null, why: string | null) => {
    if (current.current !== room) return;
    current.current = null;
    setPhase("idle");
    setView(NOTHING);
    setProblem(why);
    void room?.disconnect();
  }, []);

  useEffect(() => () => end(current.current, null), [end]);

  const join = useCallback(
    async (name: string, base?: string) => {
      end(current.current, null);
      const room = new Room({ adaptiveStream: true, dynacast: true, reconnectPolicy: patientReconnectPolicy() });
      current.current = room;
      setNewAddress(null);
      setPhase("joining");
      const show = () => {
        if (current.current !== room) return;
        setView({ people: peopleIn(room), silenced: !room.canPlaybackAudio });
        setPhase(room.state === ConnectionState.Connected ? "joined" : "resuming");
      };
      try {
        const { livekitUrl, token } = await joinLink(linkToken, { name, base });
        await room.connect(livekitUrl, token);
      } catch (error) {
        return end(room, messageOf(error));
      }
      if (current.current !== room) return void room.disconnect();
      for (const event of RENDERED_AT) room.on(event, show);
      room.on(RoomEvent.Disconnected, () => end(room, words.ended));
      followAddress(room, {
        onMoved: ({ publicUrl, resumes }) => {
          onMoved(publicUrl);
          if (!resumes) setNewAddress(publicUrl);
        },
        freshToken: ({ publicUrl }) => joinLink(linkToken, { name, base: publicUrl }).then(({ token }) => token),
      });
      show();
      // A participant without a camera or microphone, or who denied them, can still see and hear.
      const turnedOn = [room.localParticipant.setMicrophoneEnabled(true), room.localParticipant.setCameraEnabled(true)];
      await Promise.allSettled(turnedOn);
      show();
    },
    [linkToken, onMoved, end],
  );

  return {
    phase,
    ...view,
    problem,
    newAddress,
    join,
    leave: () => end(current.current, null),
    startSound: () => void current.current?.startAudio(),
  };
}

function peopleIn(room: Room): PersonView[] {
  return [room.localParticipant, ...room.remoteParticipants.values()].map((person) => ({
    identity: person.identity,
    name: person.name || person.identity,
    isLocal: person === room.localParticipant,
    video: trackOf(person, Track.Source.Camera),
    audio: trackOf(person, Track.Source.Microphone),
  }));
}

function trackOf(person: Participant, source: Track.Source): Track | null {
  return person.getTrackPublication(source)?.track ?? null;
}

function messageOf(error: unknown): string {
  if (!(error instanceof LinkError)) return words.failed;
  return language === "pt" ? error.messagePt : error.message;
}
