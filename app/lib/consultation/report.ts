import { RoomEvent, type Room, type Track } from "livekit-client";
import { useCallback, useEffect, useRef } from "react";
import { reportLink, type LinkReport } from "@sidelink/client";
import { deviceOf } from "./browser";
import { pathOf, type MediaPath } from "./path";

/** After joining, so that the connection has settled on its pair. */
const SETTLED_MS = 3_000;

/** Tells what the call really reached, once connected and again at the first picture. Returns what to call at that picture. */
export function useReport(token: string, room: Room, startedAt: number): () => void {
  const told = useRef(false);
  const seen = useRef(false);
  // Whoever waits for somebody measures from that somebody's coming.
  const from = useRef(startedAt);
  const send = useCallback(async (firstFrameMs?: number) => {
    const path = await mediaPath(room);
    if (!path) return;
    told.current = true;
    report(token, { signal: true, ...path, firstFrameMs });
  }, [token, room]);
  useEffect(() => {
    // Whoever joined without camera and microphone has a path only when there is somebody to be seen or heard.
    const onTrack = () => void (told.current || send());
    const onSomebody = () => void (seen.current || (from.current = performance.now()));
    const timer = setTimeout(onTrack, SETTLED_MS);
    room.on(RoomEvent.TrackSubscribed, onTrack).on(RoomEvent.ParticipantConnected, onSomebody);
    return () => {
      clearTimeout(timer);
      room.off(RoomEvent.TrackSubscribed, onTrack).off(RoomEvent.ParticipantConnected, onSomebody);
    };
  }, [room, send]);
  return useCallback(() => {
    if (seen.current) return;
    seen.current = true;
    void send(Math.round(performance.now() - from.current));
  }, [send]);
}

/** Signalling worked, media did not. */
export function reportFailure(token: string): void {
  report(token, { media: "none", signal: true });
}

/** A report that does not arrive is missed by nobody in the call. */
export function report(token: string, told: Omit<LinkReport, "device">): void {
  const device = deviceOf(navigator.userAgent, navigator.maxTouchPoints);
  reportLink(token, { ...told, device }).catch(() => undefined);
}

/** From whichever track there is: each one's figures hold the pair that it goes by. */
export async function mediaPath(room: Room): Promise<MediaPath | null> {
  const people = [room.localParticipant, ...room.remoteParticipants.values()];
  const tracks = people.flatMap((person) => [...person.trackPublications.values()].map(({ track }) => track));
  for (const track of tracks) {
    const path = track && pathOf(await stats(track));
    if (path) return path;
  }
  return null;
}

async function stats(track: Track): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const found = await track.getRTCStatsReport().catch(() => undefined);
  return new Map(found ? [...found.entries()] : []);
}
