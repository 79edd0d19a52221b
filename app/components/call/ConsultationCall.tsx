import { useRuntimeConfig } from "@sidelink/client/react";
import { useState } from "react";
import { useConsultation } from "../../lib/consultation/use-consultation";
import { useLink, type LinkState } from "../../lib/consultation/use-link";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";
import { ConnectionBanner } from "../ConnectionBanner";
import { Call } from "./Call";
import { Ended } from "./Ended";
import { InAppNotice } from "./InAppNotice";
import { Joining } from "./Joining";
import { Lobby } from "./Lobby";

export interface ConsultationCallProps {
  readonly token: string;
  readonly role: "client" | "professional";
  /** Name of the participant, where it is known. */
  readonly name: string;
  /** Name of the client that a professional waits for; empty on a client's page, which must not show it. */
  readonly client: string;
}

/** The professional joins by this route, which does not count as opening the link. */
const hostJoinPath = (token: string) => `/api/consultations/${encodeURIComponent(token)}/join`;

/** Leads from a link to a call: checks the link, shows the lobby, the call and its end. */
export default function ConsultationCall({ token, role, name: known, client }: ConsultationCallProps) {
  const link = useLink(token);
  const { config, connection, moveTo } = useRuntimeConfig();
  const consultation = useConsultation(token, { via: role === "professional" ? hostJoinPath(token) : undefined, onMoved: moveTo });
  const [name, setName] = useState(known);
  const { stage } = consultation;
  if (stage.kind === "call") return <Call stage={stage} consultation={consultation} token={token} role={role} client={client} />;
  return (
    <main className="narrow" data-testid="entry" data-stage={stage.kind} data-link={link.kind}>
      <ConnectionBanner connection={connection} />
      {stage.kind === "ended" ? (
        <Ended ending={stage.ending} onAgain={() => void consultation.enterAgain()} />
      ) : stage.kind === "joining" && stage.again ? (
        <section className="card">
          <Joining waiting={stage.waiting} onCancel={consultation.leave} />
        </section>
      ) : link.kind === "open" ? (
        <>
          <InAppNotice />
          <Lobby name={name} onName={setName} stage={stage} onEnter={consultation.enter} onCancel={consultation.leave}
            grade={config?.media.grade ?? null} />
        </>
      ) : (
        <NotOpen link={link} />
      )}
    </main>
  );
}

function NotOpen({ link }: { link: Exclude<LinkState, { kind: "open" }> }) {
  const words = useWords(CALL);
  if (link.kind === "looking") return <p role="status" className="quiet">{words.looking}</p>;
  if (link.kind === "closed") {
    return (
      <section className="card" role="alert" data-testid="closed">
        <h2>{words.closedTitle}</h2>
        <p>{words.closed}</p>
      </section>
    );
  }
  const text = { too_many: words.tooMany, unreachable: words.unreachable }[link.error.code] ?? words.preparing;
  return (
    <section className="card" role="status" data-testid="link-waiting" data-code={link.error.code}>
      <h2>{words.preparingTitle}</h2>
      <p>{text}</p>
      <progress className="progress" aria-label={words.preparingTitle} />
    </section>
  );
}
