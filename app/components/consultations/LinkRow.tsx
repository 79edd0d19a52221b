import { useEffect, useRef, useState } from "react";
import { endLink, resendLink, type LinkView, type ReadyLink, type WaitingFor } from "../../lib/consultation/api";
import { useLanguage } from "../../lib/messages";
import { CONSULTATIONS } from "../../lib/words/consultations";
import { agoText, momentText, useWords } from "../../lib/words/in";
import { Failed } from "./Generate";
import { EndDialog } from "./EndDialog";
import { LinkPanel } from "./LinkPanel";
import { Preparing } from "./Preparing";

type Sending =
  | { readonly kind: "no" }
  | { readonly kind: "preparing"; readonly since: number; readonly waitingFor: WaitingFor | null }
  | { readonly kind: "ready"; readonly link: ReadyLink }
  | { readonly kind: "failed"; readonly error: unknown };

/** One consultation: the client, the state of the link, and its actions. */
export function LinkRow({ link, now }: { link: LinkView; now: number | null }) {
  const words = useWords(CONSULTATIONS);
  const [sending, setSending] = useState<Sending>({ kind: "no" });
  const [ending, setEnding] = useState(false);
  const attempt = useRef<AbortController | null>(null);
  useEffect(() => () => attempt.current?.abort(), []);

  const send = async () => {
    attempt.current?.abort();
    if (sending.kind !== "no" && sending.kind !== "failed" && !link.staleAddress) return setSending({ kind: "no" });
    const ours = (attempt.current = new AbortController());
    const since = Date.now();
    const show = (state: Sending) => void (ours.signal.aborted || setSending(state));
    show({ kind: "preparing", since, waitingFor: null });
    try {
      const ready = await resendLink(link.token, ours.signal, (waitingFor) => show({ kind: "preparing", since, waitingFor }));
      show({ kind: "ready", link: ready });
    } catch (error) {
      show({ kind: "failed", error });
    }
  };
  const end = async () => {
    try {
      await endLink(link.token);
    } catch (error) {
      setSending({ kind: "failed", error });
    }
    setEnding(false);
  };
  const open = sending.kind === "ready" || sending.kind === "preparing";
  const shownNow = open && !link.staleAddress;
  return (
    <li className="link-row" data-testid="consultation" data-token={link.token} data-stale-address={link.staleAddress}>
      <div>
        <h3 className="client">{link.clientId}</h3>
        <p className="quiet">
          {link.consultationType} · <LinkStatus link={link} now={now} />
        </p>
      </div>
      {link.staleAddress ? <p className="notice" data-testid="stale-address">{words.staleAddress}</p> : null}
      <div className="actions">
        <a className="button" data-testid="enter" href={`/consultations/professional/${link.token}`} aria-label={words.enterFor(link.clientId)}>
          {words.enter}
        </a>
        <button type="button" data-testid="send" className={link.staleAddress ? "button primary" : "button"} aria-expanded={shownNow}
          aria-label={shownNow ? undefined : link.staleAddress ? words.sendAgainFor(link.clientId) : words.sendFor(link.clientId)}
          onClick={() => void send()}>
          {shownNow ? words.hide : link.staleAddress ? words.sendAgain : words.send}
        </button>
        <button type="button" className="button danger" data-testid="end" aria-label={words.endFor(link.clientId)} onClick={() => setEnding(true)}>
          {words.end}
        </button>
      </div>
      {sending.kind === "preparing" ? <Preparing waitingFor={sending.waitingFor} since={sending.since} /> : null}
      {sending.kind === "ready" && !link.staleAddress ? <LinkPanel link={sending.link} /> : null}
      {sending.kind === "failed" ? <Failed error={sending.error} /> : null}
      {ending ? <EndDialog client={link.clientId} onEnd={end} onClose={() => setEnding(false)} /> : null}
    </li>
  );
}

function LinkStatus({ link, now }: { link: LinkView; now: number | null }) {
  const words = useWords(CONSULTATIONS);
  const language = useLanguage();
  if (now === null) return null;
  const until = words.linkUntil(momentText(link.expiresAt, language));
  const opened = link.openedAt
    ? words.openedOn[link.opened?.device ?? "unknown"](agoText(link.openedAt, now, language))
    : words.notOpened;
  return (
    <>
      <span data-testid="opened" data-device={link.openedAt ? (link.opened?.device ?? "unknown") : ""}>{opened}</span>
      {" · "}
      {until}
    </>
  );
}
