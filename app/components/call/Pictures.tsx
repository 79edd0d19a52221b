import {
  isTrackReference, useIsMuted, useIsSpeaking, useTracks, VideoTrack, type TrackReference, type TrackReferenceOrPlaceholder,
} from "@livekit/components-react";
import { facingModeFromLocalTrack, Track, type LocalTrack } from "livekit-client";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";
import { MicrophoneIcon } from "../icons";

/** The attribute that the sidecar sets for a participant who joined by the control port; participants cannot set it. */
const HOST = "sidelink.host";

/** The pictures of all participants: the others large, the visitor's own in the corner. */
export function Pictures({ onPicture }: { onPicture: () => void }) {
  const tracks = useTracks([{ source: Track.Source.Camera, withPlaceholder: true }], { onlySubscribed: false });
  const own = tracks.find(({ participant }) => participant.isLocal);
  const others = tracks.filter(({ participant }) => !participant.isLocal);
  return (
    <>
      <ul className="others" data-count={Math.min(others.length, 5)}>
        {others.map((track) => (
          <Other key={track.participant.identity} track={track} onPicture={onPicture} />
        ))}
      </ul>
      {own ? <Own track={own} alone={others.length === 0} /> : null}
    </>
  );
}

function Other({ track, onPicture }: { track: TrackReferenceOrPlaceholder; onPicture: () => void }) {
  const words = useWords(CALL);
  const { participant } = track;
  const speaking = useIsSpeaking(participant);
  const muted = useIsMuted({ participant, source: Track.Source.Microphone });
  const name = participant.name || participant.identity;
  return (
    <li className="other" data-testid="other" data-identity={participant.identity} data-speaking={speaking}>
      {hasPicture(track) ? (
        <VideoTrack trackRef={track} data-testid="tile-video" data-local="false" aria-label={name} onPlaying={onPicture} playsInline />
      ) : (
        <p className="no-picture">
          <span aria-hidden="true">{[...name][0]?.toLocaleUpperCase()}</span>
          <small>{words.cameraIsOff}</small>
        </p>
      )}
      <p className="tile-name">
        {muted ? (
          <span role="img" aria-label={words.isMuted}>
            <MicrophoneIcon on={false} />
          </span>
        ) : null}
        <span className="tile-label">{name}</span>
        {participant.attributes[HOST] === "true" ? <span className="tile-mark" data-testid="host">{words.professional}</span> : null}
      </p>
    </li>
  );
}

function Own({ track, alone }: { track: TrackReferenceOrPlaceholder; alone: boolean }) {
  const words = useWords(CALL);
  return (
    <div className="own" data-testid="own" data-alone={alone}>
      {hasPicture(track) ? (
        <VideoTrack trackRef={track} className={isMirrored(track) ? "mirrored" : undefined} data-testid="tile-video" data-local="true"
          aria-label={words.you} playsInline />
      ) : (
        <p className="no-picture">
          <small>{words.cameraIsOff}</small>
        </p>
      )}
    </div>
  );
}

function hasPicture(track: TrackReferenceOrPlaceholder): track is TrackReference {
  return isTrackReference(track) && !track.publication.isMuted && track.publication.track !== undefined;
}

/** Mirrors the visitor's own picture, as people expect, except the one of the back camera. */
function isMirrored({ publication }: TrackReference): boolean {
  return publication.track !== undefined && facingModeFromLocalTrack(publication.track as LocalTrack).facingMode !== "environment";
}
