import type { Track } from "livekit-client";
import { useEffect, useRef } from "react";
import { words } from "./language";
import type { PersonView } from "./use-call";

export function Person({ name, isLocal, video, audio }: PersonView) {
  const videoRef = useAttached<HTMLVideoElement>(video);
  const audioRef = useAttached<HTMLAudioElement>(isLocal ? null : audio);
  return (
    <figure data-testid="tile">
      <video ref={videoRef} data-testid="tile-video" data-local={isLocal} autoPlay playsInline muted />
      <audio ref={audioRef} autoPlay />
      <figcaption>{isLocal ? words.you : name}</figcaption>
    </figure>
  );
}

function useAttached<E extends HTMLMediaElement>(track: Track | null) {
  const element = useRef<E>(null);
  useEffect(() => {
    const shown = element.current;
    if (!track || !shown) return;
    track.attach(shown);
    return () => void track.detach(shown);
  }, [track]);
  return element;
}
