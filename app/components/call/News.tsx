import { useConnectionState } from "@livekit/components-react";
import { ConnectionState, type Room } from "livekit-client";
import { useEffect, useRef, useState } from "react";
import type { Move } from "../../lib/consultation/use-moving";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";
import { CopyButton } from "../CopyButton";

/** Most losses are over before; later somebody may want to do something about it. */
const PATIENCE_MS = 15_000;

interface ConnectionNewsProps {
  readonly room: Room;
  readonly move: Move | null;
  readonly onAgain: () => void;
}

/** What happens to the connection, in words, and the way back in where it takes long. */
export function ConnectionNews({ room, move, onAgain }: ConnectionNewsProps) {
  const words = useWords(CALL);
  const state = useConnectionState(room);
  const lost = state === ConnectionState.Reconnecting || state === ConnectionState.SignalReconnecting;
  const long = useLasts(lost, PATIENCE_MS);
  const again = long || (move !== null && !move.resumes);
  return (
    <div role="status">
      {lost || again ? (
        <div className="notice" data-testid="unstable" data-state={state}>
          <div>
            <p>{state === ConnectionState.Reconnecting ? words.reconnecting : words.unstable}</p>
            {again ? (
              <button type="button" className="button" data-testid="again" onClick={onAgain}>
                {words.again}
              </button>
            ) : null}
          </div>
        </div>
      ) : null}
      {move ? (
        <div className="notice" data-testid="moved">
          <p>{words.moved(move.publicUrl)}</p>
          <CopyButton text={`${move.publicUrl}${location.pathname}`} />
        </div>
      ) : null}
    </div>
  );
}

/** True once `holds` has been true for so long. */
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

/** How long somebody's coming or going is said. */
const SAID_MS = 6_000;

/** Who comes and who goes; `people` are identity and name. */
export function Arrivals({ people }: { people: readonly (readonly [string, string])[] }) {
  const words = useWords(CALL);
  const [said, setSaid] = useState("");
  const before = useRef<ReadonlyMap<string, string>>(new Map());
  const present = JSON.stringify(people);
  useEffect(() => {
    const now = new Map<string, string>(JSON.parse(present));
    const came = [...now].filter(([identity]) => !before.current.has(identity)).map(([, name]) => words.entered(name));
    const went = [...before.current].filter(([identity]) => !now.has(identity)).map(([, name]) => words.left(name));
    before.current = now;
    if (came.length + went.length > 0) setSaid([...came, ...went].join(" · "));
  }, [present, words]);
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => setSaid(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <div role="status" data-testid="arrivals">
      {said ? <p className="news">{said}</p> : null}
    </div>
  );
}
