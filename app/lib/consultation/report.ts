import { reportLink, type LinkReport } from "@sidelink/client";
import type { MediaCall, Rung } from "@sidelink/client/media";
import { useCallback, useEffect, useRef } from "react";
import { deviceOf } from "./browser";

/** Delay after joining, until the connection has settled on a path. */
const SETTLED_MS = 3_000;

/**
 * Reports the call's rung once media travels, again at the first picture, and at every other rung. Returns the
 * callback for that picture.
 */
export function useReport(token: string, call: MediaCall, startedAt: number): () => void {
  const reported = useRef<Rung | null>(null);
  const firstFrameMs = useRef<number | undefined>(undefined);
  // A participant who waits measures from the moment when the other one arrives.
  const from = useRef(startedAt);
  const send = useCallback(() => {
    if (call.rung === null) return;
    reported.current = call.rung;
    report(token, {
      signal: true,
      media: call.rung,
      protocol: call.protocol ?? undefined,
      rttMs: call.roundTripMs ?? undefined,
      firstFrameMs: firstFrameMs.current,
    });
  }, [token, call]);
  useEffect(() => {
    let settled = false;
    let others = call.participants.length;
    const onChange = () => {
      if (call.participants.length > others && firstFrameMs.current === undefined) from.current = performance.now();
      others = call.participants.length;
      if (settled && reported.current !== call.rung) send();
    };
    const timer = setTimeout(() => {
      settled = true;
      onChange();
    }, SETTLED_MS);
    const unsubscribe = call.on("change", onChange);
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [call, send]);
  return useCallback(() => {
    if (firstFrameMs.current !== undefined) return;
    firstFrameMs.current = Math.round(performance.now() - from.current);
    send();
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
