import { Track, type Participant, type Room } from "livekit-client";

/** The current view of one participant. */
export interface TileView {
  readonly identity: string;
  readonly name: string;
  readonly isLocal: boolean;
  /** Absent while the camera is off. */
  readonly video: Track | undefined;
  readonly audio: Track | undefined;
  readonly muted: boolean;
  readonly speaking: boolean;
}

/** Returns the local participant first, then the others in the order in which they joined. */
export function tilesOf(room: Room): TileView[] {
  const others = [...room.remoteParticipants.values()].sort(
    (a, b) => (a.joinedAt?.getTime() ?? 0) - (b.joinedAt?.getTime() ?? 0),
  );
  return [room.localParticipant, ...others].map(tileOf);
}

function tileOf(participant: Participant): TileView {
  const camera = participant.getTrackPublication(Track.Source.Camera);
  const microphone = participant.getTrackPublication(Track.Source.Microphone);
  return {
    identity: participant.identity,
    name: participant.name || participant.identity,
    isLocal: participant.isLocal,
    video: camera?.isMuted ? undefined : camera?.track,
    audio: participant.isLocal ? undefined : microphone?.track,
    muted: !participant.isMicrophoneEnabled,
    speaking: participant.isSpeaking,
  };
}
