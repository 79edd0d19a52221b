import type { Participant, RemoteParticipant, RemoteTrackPublication, Room } from "livekit-client";
import type { Person, RemoteSource, View } from "../transport.js";
import type { TrackKind } from "../types.js";

const KINDS: Readonly<Record<string, TrackKind>> = { microphone: "microphone", camera: "camera", screen_share: "screen" };

/** Describes the room's participants; the same track gives the same source each time. */
export class RoomPeople {
  private readonly sources = new WeakMap<MediaStreamTrack, RemoteSource>();

  read(room: Room): ReadonlyMap<string, Person> {
    const people = [...room.remoteParticipants.values()].sort((a, b) => joinedAt(a) - joinedAt(b));
    return new Map(people.map((participant) => [participant.identity, this.person(participant)]));
  }

  private person(participant: RemoteParticipant): Person {
    const sources = new Map<TrackKind, RemoteSource>();
    for (const publication of participant.trackPublications.values()) {
      const kind = KINDS[publication.source];
      const media = publication.track?.mediaStreamTrack;
      if (kind && media) sources.set(kind, this.source(kind, media, publication as RemoteTrackPublication));
    }
    const { identity, name = "", attributes, isSpeaking } = participant;
    return { identity, name, attributes, speaking: isSpeaking, sources };
  }

  private source(kind: TrackKind, media: MediaStreamTrack, publication: RemoteTrackPublication): RemoteSource {
    const known = this.sources.get(media);
    const source = known ?? { kind, media, muted: false, setView: (view: View) => setView(publication, view) };
    source.muted = publication.isMuted;
    if (!known) this.sources.set(media, source);
    return source;
  }
}

const joinedAt = ({ joinedAt }: Participant): number => joinedAt?.getTime() ?? 0;

function setView(publication: RemoteTrackPublication, { width, height, visible }: View): void {
  publication.setEnabled(visible);
  if (visible) publication.setVideoDimensions({ width, height });
}
