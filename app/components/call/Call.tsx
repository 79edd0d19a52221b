import { useEffect, useRef } from "react";
import { shownState } from "../../lib/call/shown-state";
import { useMediaCall } from "../../lib/call/use-media-call";
import { useReport } from "../../lib/consultation/report";
import { useAwake } from "../../lib/consultation/use-awake";
import type { CallStage, Consultation } from "../../lib/consultation/use-consultation";
import { useOwnDevices } from "../../lib/consultation/use-own-devices";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";
import { CallControls } from "./CallControls";
import { Arrivals, ConnectionNotice, RungNotice } from "./CallNotices";
import { Pictures } from "./Pictures";

interface CallProps {
  readonly stage: CallStage;
  readonly consultation: Consultation;
  readonly token: string;
  readonly role: "client" | "professional";
  /** Name of the client that a professional waits for. */
  readonly client: string;
}

/** The call, which fills the screen. */
export function Call({ stage, consultation, token, role, client }: CallProps) {
  const words = useWords(CALL);
  const call = useMediaCall(stage.call);
  const own = useOwnDevices(call, stage.tracks);
  const onPicture = useReport(token, call, stage.startedAt);
  const heading = useRef<HTMLHeadingElement>(null);
  useAwake();
  useEffect(() => heading.current?.focus(), []);
  const state = shownState(call);
  const others = call.participants;
  const title = client === "" ? words.titleProfessional : words.with(client);
  const waiting = role === "client" ? words.waitingClient : words.waitingProfessional(client);
  return (
    <main className="stage" data-testid="call" data-state={state} data-rung={call.rung ?? ""} data-others={others.length}>
      <h2 ref={heading} tabIndex={-1} className="stage-title">
        {role === "client" ? words.titleClient : title}
      </h2>
      <Pictures call={call} mirrored={own.facing === "user"} onPicture={onPicture} />
      {others.length === 0 ? <p className="waiting" data-testid="waiting">{waiting}</p> : null}
      <div className="stage-notices">
        <ConnectionNotice state={state} migration={stage.migration} onAgain={() => void consultation.enterAgain()} />
        <Arrivals people={others.map(({ identity, name }) => [identity, name || identity] as const)} />
        <RungNotice rung={call.rung} />
      </div>
      <CallControls call={call} own={own} onLeave={consultation.leave} />
    </main>
  );
}
