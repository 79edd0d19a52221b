import { RoomAudioRenderer, RoomContext, useConnectionState, useRemoteParticipants } from "@livekit/components-react";
import { ConnectionState, type Room } from "livekit-client";
import { useEffect, useRef, useState } from "react";
import { useReport } from "../../lib/consultation/report";
import { useAwake } from "../../lib/consultation/use-awake";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";
import { CallControls } from "./CallControls";
import { Pictures } from "./Pictures";

interface CallProps {
  readonly room: Room;
  /** When entering began, `performance.now()`. */
  readonly startedAt: number;
  readonly token: string;
  readonly role: "client" | "professional";
  readonly client: string;
  readonly onLeave: () => void;
}

/** The call itself: it fills the screen. */
export function Call({ room, ...call }: CallProps) {
  return (
    <RoomContext.Provider value={room}>
      <Stage room={room} {...call} />
      <RoomAudioRenderer />
    </RoomContext.Provider>
  );
}

function Stage({ room, startedAt, token, role, client, onLeave }: CallProps) {
  const words = useWords(CALL);
  const state = useConnectionState(room);
  const others = useRemoteParticipants();
  const onPicture = useReport(token, room, startedAt);
  const heading = useRef<HTMLHeadingElement>(null);
  useAwake();
  useEffect(() => heading.current?.focus(), []);
  const waiting = role === "client" ? words.waitingClient : words.waitingProfessional(client);
  return (
    <main className="stage" data-testid="call" data-state={state} data-others={others.length}>
      <h2 ref={heading} tabIndex={-1} className="stage-title">
        {role === "client" ? words.titleClient : client ? words.with(client) : words.titleProfessional}
      </h2>
      <Pictures onPicture={onPicture} />
      {others.length === 0 ? <p className="waiting" data-testid="waiting">{waiting}</p> : null}
      <div className="stage-news">
        <ConnectionWords state={state} />
        <Arrivals names={others.map(({ identity, name }) => [identity, name || identity] as const)} />
      </div>
      <CallControls room={room} onLeave={onLeave} />
    </main>
  );
}

function ConnectionWords({ state }: { state: ConnectionState }) {
  const words = useWords(CALL);
  const unstable = state === ConnectionState.SignalReconnecting ? words.unstable : null;
  const text = state === ConnectionState.Reconnecting ? words.reconnecting : unstable;
  return <div role="status">{text ? <p className="notice" data-testid="unstable">{text}</p> : null}</div>;
}

/** How long somebody's coming or going is said. */
const SAID_MS = 6_000;

function Arrivals({ names }: { names: readonly (readonly [string, string])[] }) {
  const words = useWords(CALL);
  const [said, setSaid] = useState("");
  const before = useRef<ReadonlyMap<string, string>>(new Map());
  const present = JSON.stringify(names);
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
  return <div role="status" data-testid="arrivals">{said ? <p className="news">{said}</p> : null}</div>;
}
