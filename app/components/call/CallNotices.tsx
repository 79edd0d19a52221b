import type { Rung } from "@sidelink/client/media";
import { useEffect, useRef, useState } from "react";
import type { ShownState } from "../../lib/call/shown-state";
import type { Migration } from "../../lib/consultation/use-consultation";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";
import { CopyButton } from "../CopyButton";

/** Most losses end sooner. After this time the page offers to enter again. */
const OFFER_DELAY_MS = 15_000;

interface ConnectionNoticeProps {
  readonly state: ShownState;
  readonly migration: Migration | null;
  readonly onAgain: () => void;
}

/** Shows the state of the connection, and offers to enter again when a loss lasts. */
export function ConnectionNotice({ state, migration, onAgain }: ConnectionNoticeProps) {
  const words = useWords(CALL);
  const lost = state === "reconnecting" || state === "signalReconnecting";
  const long = useLasts(lost, OFFER_DELAY_MS);
  const again = long || (migration !== null && !migration.resumes);
  return (
    <div role="status">
      {lost || again ? (
        <div className="notice" data-testid="unstable" data-state={state}>
          <div>
            <p>{state === "reconnecting" ? words.reconnecting : words.unstable}</p>
            {again ? (
              <button type="button" className="button" data-testid="again" onClick={onAgain}>
                {words.again}
              </button>
            ) : null}
          </div>
        </div>
      ) : null}
      {migration ? (
        <div className="notice" data-testid="moved">
          <p>{words.moved(migration.publicUrl)}</p>
          <CopyButton text={`${migration.publicUrl}${location.pathname}`} />
        </div>
      ) : null}
    </div>
  );
}

/** A call begins on the rung that works at once, and most calls that can leave it do so sooner. */
const RUNG_DELAY_MS = 3_000;

/** Names the rung where it matters to the participants. */
export function RungNotice({ rung }: { rung: Rung | null }) {
  const words = useWords(CALL);
  const lasts = useLasts(rung === "tunnel", RUNG_DELAY_MS);
  return (
    <div role="status" data-testid="rung">
      {lasts ? <p className="rung">{words.overTunnel}</p> : null}
    </div>
  );
}

/** Whether `holds` has been true for this time. */
function useLasts(holds: boolean, milliseconds: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!holds) return;
    const timer = setTimeout(() => setLasts(true), milliseconds);
    return () => {
      clearTimeout(timer);
      setLasts(false);
    };
  }, [holds, milliseconds]);
  return lasts;
}

/** How long an arrival or departure is shown. */
const SHOWN_MS = 6_000;

/** Shows who enters and who leaves; `people` are identity and name. */
export function Arrivals({ people }: { people: readonly (readonly [string, string])[] }) {
  const words = useWords(CALL);
  const [text, setText] = useState("");
  const before = useRef<ReadonlyMap<string, string>>(new Map());
  const present = JSON.stringify(people);
  useEffect(() => {
    const now = new Map<string, string>(JSON.parse(present));
    const came = [...now].filter(([identity]) => !before.current.has(identity)).map(([, name]) => words.entered(name));
    const went = [...before.current].filter(([identity]) => !now.has(identity)).map(([, name]) => words.left(name));
    before.current = now;
    if (came.length + went.length > 0) setText([...came, ...went].join(" · "));
  }, [present, words]);
  useEffect(() => {
    if (text === "") return;
    const timer = setTimeout(() => setText(""), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div role="status" data-testid="arrivals">
      {text ? <p className="arrivals">{text}</p> : null}
    </div>
  );
}
