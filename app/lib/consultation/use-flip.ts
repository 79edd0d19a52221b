import { facingModeFromLocalTrack, LocalVideoTrack, type Room } from "livekit-client";
import { useEffect, useState } from "react";

/**
 * Returns a function that switches between front and back camera; null on a computer, where the
 * visitor chooses a camera by name.
 */
export function useFlip(room: Room, cameraOn: boolean): (() => Promise<void>) | null {
  const [several, setSeveral] = useState(false);
  useEffect(() => {
    let over = false;
    void cameras().then((count) => void (over || setSeveral(count > 1 && matchMedia("(pointer: coarse)").matches)));
    return () => void (over = true);
  }, [cameraOn]);
  return several && cameraOn ? () => flip(room) : null;
}

async function cameras(): Promise<number> {
  const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []);
  return devices?.filter(({ kind }) => kind === "videoinput").length ?? 0;
}

// A phone runs only one camera. Where the other one does not start, the first one is restarted.
async function flip(room: Room): Promise<void> {
  const [track] = [...room.localParticipant.videoTrackPublications.values()].map((publication) => publication.track);
  if (!(track instanceof LocalVideoTrack)) return;
  const now = facingModeFromLocalTrack(track).facingMode === "environment" ? "environment" : "user";
  const other = now === "environment" ? "user" : "environment";
  await track.restartTrack({ facingMode: other }).catch(() => track.restartTrack({ facingMode: now }).catch(() => undefined));
}
