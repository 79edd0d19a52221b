import { useEffect, useState } from "react";
import { useMessages } from "../lib/messages";
import type { Connection } from "@sidelink/client";

type CutOff = Exclude<Connection["kind"], "connecting" | "connected" | "alone">;

/**
 * Screen readers announce these at once, because the visitor must act. The others end automatically
 * and wait for a pause.
 */
const URGENT: ReadonlySet<CutOff> = new Set(["gone", "foreign", "replaced"]);
/** Most losses end sooner, so the banner appears after this delay. */
const BANNER_DELAY_MS = 5_000;

/** Shows why this page lost its connection, above the content, which stays usable. */
export function ConnectionBanner({ connection }: { connection: Connection }) {
  const cutOff = useCutOff(connection);
  const urgent = cutOff !== null && URGENT.has(cutOff);
  // A polite region must exist before its text, or screen readers do not announce it.
  return (
    <div className="connection" data-testid="connection" data-state={connection.kind}>
      <div role="status">{cutOff && !urgent ? <Sentence of={cutOff} /> : null}</div>
      {cutOff && urgent ? <Sentence of={cutOff} role="alert" /> : null}
    </div>
  );
}

function Sentence({ of, role }: { of: CutOff; role?: "alert" }) {
  const messages = useMessages();
  return (
    <p className="notice" role={role} data-testid="cut-off" data-reason={of}>
      {messages.cutOff[of]}
    </p>
  );
}

function useCutOff(connection: Connection): CutOff | null {
  const since = connection.kind === "reconnecting" ? connection.since : null;
  const isTooEarly = useIsBefore(since === null ? null : since + BANNER_DELAY_MS);
  if (isTooEarly) return null;
  const { kind } = connection;
  return kind === "connected" || kind === "connecting" || kind === "alone" ? null : kind;
}

/** Whether `time` is in the future; false for null. Renders again when it has passed. */
function useIsBefore(time: number | null): boolean {
  const [passed, setPassed] = useState<number | null>(null);
  useEffect(() => {
    if (time === null) return;
    const timer = setTimeout(() => setPassed(time), time - Date.now());
    return () => clearTimeout(timer);
  }, [time]);
  return time !== null && passed !== time;
}
