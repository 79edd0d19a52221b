import { useEffect, useState } from "react";
import { useMessages } from "../lib/messages";
import type { Connection } from "@sidelink/client";

type CutOff = Exclude<Connection["kind"], "connecting" | "connected" | "alone">;

/** What the visitor must act on is read out at once; the rest ends by itself and waits for a pause. */
const URGENT: ReadonlySet<CutOff> = new Set(["gone", "foreign", "replaced"]);
/** Most losses are over before a sentence is read. */
const PATIENCE_MS = 5_000;

/** Says why this page is cut off. It stands above what the page shows and takes nothing of it away: a call goes on. */
export function ConnectionBanner({ connection }: { connection: Connection }) {
  const cutOff = useCutOff(connection);
  const urgent = cutOff !== null && URGENT.has(cutOff);
  // A polite region must be there before its text, or nothing is read out.
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
  const patient = useIsBefore(since === null ? null : since + PATIENCE_MS);
  if (patient) return null;
  const { kind } = connection;
  return kind === "connected" || kind === "connecting" || kind === "alone" ? null : kind;
}

/** False for null; renders again when the time has come. */
function useIsBefore(time: number | null): boolean {
  const [passed, setPassed] = useState<number | null>(null);
  useEffect(() => {
    if (time === null) return;
    const timer = setTimeout(() => setPassed(time), time - Date.now());
    return () => clearTimeout(timer);
  }, [time]);
  return time !== null && passed !== time;
}
