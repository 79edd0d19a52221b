import { RoomEvent, type Room, type Track } from "livekit-client";
import { useCallback, useEffect, useRef } from "react";
import { reportLink, type LinkReport } from "@sidelink/client";
import { deviceOf } from "./browser";
import { pathOf, type MediaPath } from "./path";

/** Delay after joining, until the connection has settled on a pair of candidates. */
const SETTLED_MS = 3_000;

/**
 * Reports the path of the call's media, once connected and again at the first picture. Returns the
 * callback for that picture.
 */
export function useReport(token: string, room: Room, startedAt: number): () => void {
  const reported = useRef(false);
  const pictureShown = useRef(false);
  // A participant who waits measures from the moment when the other one arrives.
  const from = useRef(startedAt);
  const send = useCallback(async (firstFrameMs?: number) => {
    const path = await mediaPath(room);
    if (!path) return;
    reported.current = true;
    report(token, { signal: true, ...path, firstFrameMs });
  }, [token, room]);
  useEffect(() => {
    // A participant without camera and microphone has a path only when another one publishes.
    const onTrack = () => void (reported.current || send());
    const onArrival = () => void (pictureShown.current || (from.current = performance.now()));
    const timer = setTimeout(onTrack, SETTLED_MS);
    room.on(RoomEvent.TrackSubscribed, onTrack).on(RoomEvent.ParticipantConnected, onArrival);
    return () => {
      clearTimeout(timer);
      room.off(RoomEvent.TrackSubscribed, onTrack).off(RoomEvent.ParticipantConnected, onArrival);
    };
  }, [room, send]);
  return useCallback(() => {
    if (pictureShown.current) return;
    pictureShown.current = true;
    void send(Math.round(performance.now() - from.current));
  }, [send]);
}

/** Reports that signalling worked and media did not. */
export function reportFailure(token: string): void {
  report(token, { media: "none", signal: true });
}

/** Sends a report. A failure is ignored, because the call does not depend on it. */
export function report(token: string, measured: Omit<LinkReport, "device">): void {
  const device = deviceOf(navigator.userAgent, navigator.maxTouchPoints);
  reportLink(token, { ...measured, device }).catch(() => undefined);
}

/** Returns the path of the first track with a pair in use: the statistics of each track contain its pair. */
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
