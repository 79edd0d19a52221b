import { RoomAudioRenderer, RoomContext, useConnectionState, useRemoteParticipants } from "@livekit/components-react";
import type { Room } from "livekit-client";
import { useEffect, useRef } from "react";
import { useReport } from "../../lib/consultation/report";
import { useAwake } from "../../lib/consultation/use-awake";
import type { Consultation, Stage } from "../../lib/consultation/use-consultation";
import { useCallMigration } from "../../lib/consultation/use-call-migration";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";
import { CallControls } from "./CallControls";
import { Arrivals, ConnectionNotice } from "./CallNotices";
import { Pictures } from "./Pictures";

interface CallProps {
  readonly stage: Extract<Stage, { kind: "call" }>;
  readonly consultation: Consultation;
  readonly token: string;
  readonly role: "client" | "professional";
  /** Name of the client that a professional waits for. */
  readonly client: string;
}

/** The call, which fills the screen. */
export function Call(call: CallProps) {
  return (
    <RoomContext.Provider value={call.stage.room}>
      <Screen {...call} />
      <RoomAudioRenderer />
    </RoomContext.Provider>
  );
}

function Screen({ stage: { room, startedAt }, consultation, token, role, client }: CallProps) {
  const words = useWords(CALL);
  const state = useConnectionState(room);
  const others = useRemoteParticipants();
  const onPicture = useReport(token, room, startedAt);
  const migration = useCallMigration({ room, token, name: nameOf(room), onMoved: consultation.moveTo });
  const heading = useRef<HTMLHeadingElement>(null);
  useAwake();
  useEffect(() => heading.current?.focus(), []);
  const title = client === "" ? words.titleProfessional : words.with(client);
  const waiting = role === "client" ? words.waitingClient : words.waitingProfessional(client);
  return (
    <main className="stage" data-testid="call" data-state={state} data-others={others.length}>
      <h2 ref={heading} tabIndex={-1} className="stage-title">
        {role === "client" ? words.titleClient : title}
      </h2>
      <Pictures onPicture={onPicture} />
      {others.length === 0 ? <p className="waiting" data-testid="waiting">{waiting}</p> : null}
      <div className="stage-notices">
        <ConnectionNotice room={room} migration={migration} onAgain={() => void consultation.enterAgain()} />
        <Arrivals people={others.map(({ identity, name }) => [identity, name || identity] as const)} />
      </div>
      <CallControls room={room} onLeave={consultation.leave} />
    </main>
  );
}

function nameOf({ localParticipant }: Room): string {
  return localParticipant.name || localParticipant.identity;
}
