import { useEffect, useRef, type RefObject } from "react";

/** The half of a track that playing needs. */
interface Playable {
  attach(element: HTMLMediaElement): unknown;
  detach(element: HTMLMediaElement): unknown;
}

/** Returns the `ref` of an element that plays the track. */
export function useAttached<E extends HTMLMediaElement>(track: Playable): RefObject<E | null> {
  const element = useRef<E>(null);
  useEffect(() => {
    const media = element.current;
    if (!media) return;
    track.attach(media);
    return () => void track.detach(media);
  }, [track]);
  return element;
}
