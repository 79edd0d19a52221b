import type { Track } from "livekit-client";
import type { TileView } from "../lib/call/tiles";
import { useAttached } from "../lib/call/use-attached";
import { useMessages } from "../lib/messages";
import { MicrophoneIcon } from "./icons";

export function Tile({ tile }: { tile: TileView }) {
  const messages = useMessages();
  const label = tile.isLocal ? `${tile.name} (${messages.you})` : tile.name;
  return (
    <li
      className="tile"
      data-testid="tile"
      data-identity={tile.identity}
      data-local={tile.isLocal}
      data-speaking={tile.speaking}
    >
      {tile.video ? <Video track={tile.video} mirrored={tile.isLocal} label={label} /> : <Initial tile={tile} />}
      {tile.audio ? <Audio track={tile.audio} /> : null}
      <p className="tile-name">
        {tile.muted ? (
          <span role="img" aria-label={messages.muted}>
            <MicrophoneIcon on={false} />
          </span>
        ) : null}
        <span className="tile-label">{label}</span>
      </p>
    </li>
  );
}

function Video({ track, mirrored, label }: { track: Track; mirrored: boolean; label: string }) {
  const element = useAttached<HTMLVideoElement>(track);
  return (
    <video
      ref={element}
      data-testid="tile-video"
      data-local={mirrored}
      className={mirrored ? "mirrored" : undefined}
      aria-label={label}
      autoPlay
      playsInline
      muted
    />
  );
}

function Audio({ track }: { track: Track }) {
  return <audio ref={useAttached<HTMLAudioElement>(track)} autoPlay />;
}

function Initial({ tile }: { tile: TileView }) {
  const messages = useMessages();
  return (
    <div className="initial">
      <span aria-hidden="true">{[...tile.name][0]?.toLocaleUpperCase()}</span>
      <small>{messages.noVideo}</small>
    </div>
  );
}
