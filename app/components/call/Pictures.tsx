import type { MediaCall, MediaTrack, Participant } from "@sidelink/client/media";
import type { ComponentProps } from "react";
import { useAttached } from "../../lib/call/use-attached";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";
import { MicrophoneIcon } from "../icons";

/** The attribute that the sidecar sets for a participant who joined by the control port; participants cannot set it. */
const HOST = "sidelink.host";

interface PicturesProps {
  readonly call: MediaCall;
  /** Whether the own picture is mirrored, as people expect, except the one of the back camera. */
  readonly mirrored: boolean;
  readonly onPicture: () => void;
}

/** The pictures of all participants, with their sound: the others large, the visitor's own in the corner. */
export function Pictures({ call: { local, participants }, mirrored, onPicture }: PicturesProps) {
  return (
    <>
      <ul className="others" data-count={Math.min(participants.length, 5)}>
        {participants.map((participant) => (
          <Other key={participant.identity} participant={participant} onPicture={onPicture} />
        ))}
      </ul>
      <Own participant={local} alone={participants.length === 0} mirrored={mirrored} />
    </>
  );
}

function Other({ participant, onPicture }: { participant: Participant; onPicture: () => void }) {
  const words = useWords(CALL);
  const { identity, camera, microphone } = participant;
  const name = participant.name || identity;
  return (
    <li className="other" data-testid="other" data-identity={identity} data-speaking={participant.speaking}>
      {camera && !camera.muted ? (
        <Video track={camera} data-local="false" aria-label={name} onPlaying={onPicture} />
      ) : (
        <p className="no-picture">
          <span aria-hidden="true">{[...name][0]?.toLocaleUpperCase()}</span>
          <small>{words.cameraIsOff}</small>
        </p>
      )}
      {microphone ? <Voice track={microphone} /> : null}
      <p className="tile-name">
        {microphone?.muted === false ? null : (
          <span role="img" aria-label={words.isMuted}>
            <MicrophoneIcon on={false} />
          </span>
        )}
        <span className="tile-label">{name}</span>
        {participant.attributes[HOST] === "true" ? <span className="tile-mark" data-testid="host">{words.professional}</span> : null}
      </p>
    </li>
  );
}

function Own({ participant: { camera }, alone, mirrored }: { participant: Participant; alone: boolean; mirrored: boolean }) {
  const words = useWords(CALL);
  return (
    <div className="own" data-testid="own" data-alone={alone}>
      {camera && !camera.muted ? (
        <Video track={camera} className={mirrored ? "mirrored" : undefined} data-local="true" aria-label={words.you} />
      ) : (
        <p className="no-picture">
          <small>{words.cameraIsOff}</small>
        </p>
      )}
    </div>
  );
}

function Video({ track, ...shown }: { track: MediaTrack } & ComponentProps<"video">) {
  return <video ref={useAttached<HTMLVideoElement>(track)} data-testid="tile-video" autoPlay playsInline muted {...shown} />;
}

function Voice({ track }: { track: MediaTrack }) {
  return <audio ref={useAttached<HTMLAudioElement>(track)} autoPlay />;
}
