import { joinLink, LinkError } from "@sidelink/client";
import { useEffect, useRef, useState } from "react";
import { checkPhone, LEGS, UNTOUCHED, type Legs, type LegState, type Result } from "../../lib/consultation/phone-check";
import { report } from "../../lib/consultation/report";
import { useLink } from "../../lib/consultation/use-link";
import { useLanguage } from "../../lib/messages";
import { CALL } from "../../lib/words/call";
import { messageIn, useWords } from "../../lib/words/in";
import { PHONE } from "../../lib/words/phone";
import { InAppNotice } from "../call/InAppNotice";

/** The code is in the fragment, which browsers send to no server, so no log contains it. */
export default function PhoneCheck() {
  const [token, setToken] = useState(fragment);
  useEffect(() => {
    const changed = () => setToken(fragment());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  const words = useWords(PHONE);
  if (token === "") return <Notice title={words.none} text={words.noneDetail} testId="no-code" />;
  return <WithCode key={token} token={token} />;
}

function fragment(): string {
  const code = location.hash.slice(1);
  return /^[A-Za-z0-9_-]{1,128}$/.test(code) ? code : "";
}

function WithCode({ token }: { token: string }) {
  const words = useWords(PHONE);
  const call = useWords(CALL);
  const link = useLink(token);
  if (link.kind === "looking") return <p role="status" className="quiet">{words.looking}</p>;
  if (link.kind === "closed" || (link.kind === "open" && link.info.kind !== "check")) {
    return <Notice title={words.closedTitle} text={words.closed} testId="closed" />;
  }
  if (link.kind === "waiting") return <Notice title={call.preparingTitle} text={call.preparing} testId="link-waiting" />;
  return (
    <>
      <InAppNotice />
      <Check token={token} />
    </>
  );
}

function Notice({ title, text, testId }: { title: string; text: string; testId: string }) {
  return (
    <section className="card" role="status" data-testid={testId}>
      <h2>{title}</h2>
      <p>{text}</p>
    </section>
  );
}

type Checking =
  | { readonly kind: "idle" }
  | { readonly kind: "running"; readonly legs: Legs }
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "refused"; readonly error: LinkError };

function Check({ token }: { token: string }) {
  const words = useWords(PHONE);
  const [state, setState] = useState<Checking>({ kind: "idle" });
  const attempt = useRef<AbortController | null>(null);
  useEffect(() => () => attempt.current?.abort(), []);
  const start = async () => {
    attempt.current?.abort();
    const { signal } = (attempt.current = new AbortController());
    const show = (next: Checking) => void (signal.aborted || setState(next));
    show({ kind: "running", legs: UNTOUCHED });
    try {
      const joined = await joinLink(token, { name: "phone", signal });
      const result = await checkPhone(joined, (legs) => show({ kind: "running", legs }), signal);
      if (!signal.aborted) sendReport(token, result);
      show({ kind: "done", result });
    } catch (error) {
      if (error instanceof LinkError) show({ kind: "refused", error });
    }
  };
  const legs = state.kind === "running" ? state.legs : state.kind === "done" ? state.result.legs : UNTOUCHED;
  return (
    <section className="card" data-testid="phone-check" data-state={state.kind} aria-labelledby="check-title">
      <h2 id="check-title">{words.title}</h2>
      <p>{words.intro}</p>
      <div role="status">
        {state.kind === "running" ? <p className="quiet">{words.running}</p> : null}
        {state.kind === "refused" ? <Refused error={state.error} /> : null}
        {state.kind === "done" ? <Verdict result={state.result} /> : null}
      </div>
      <ol className="legs">
        {LEGS.map((name) => (
          <li key={name} data-testid={`leg-${name}`} data-state={legs[name]}>
            <span>{words.legs[name]}</span>
            <span className="leg-state">{stateText(name, legs[name], words)}</span>
          </li>
        ))}
      </ol>
      <button type="button" className="button primary tall" data-testid="start" disabled={state.kind === "running"} onClick={() => void start()}>
        {state.kind === "running" ? words.running : state.kind === "idle" ? words.start : words.again}
      </button>
    </section>
  );
}

function stateText(name: keyof Legs, state: LegState, words: (typeof PHONE)["en"]): string {
  return name === "turn" && state === "skipped" ? words.skippedTurn : words.state[state];
}

function Verdict({ result: { grade, path, legs } }: { result: Result }) {
  const words = useWords(PHONE);
  const devices = grade !== "none" && grade !== "nothing" && (legs.audio === "failed" || legs.video === "failed");
  return (
    <div className="grade" data-testid="grade" data-grade={grade}>
      <p className="grade-title">{words.grade[grade]}</p>
      <p>{words.next[grade]}</p>
      {devices ? <p>{words.devices}</p> : null}
      {path?.rttMs == null ? null : <p className="quiet">{[words.took(path.rttMs), path.protocol?.toUpperCase()].filter(Boolean).join(" · ")}</p>}
    </div>
  );
}

function Refused({ error }: { error: LinkError }) {
  const language = useLanguage();
  return (
    <div className="notice" data-testid="refused" data-code={error.code}>
      <p>{messageIn(language, error)}</p>
    </div>
  );
}

function sendReport(token: string, { legs, grade, path }: Result): void {
  report(token, {
    media: grade === "nothing" ? "none" : grade,
    signal: grade !== "nothing",
    protocol: path?.protocol ?? undefined,
    rttMs: path?.rttMs ?? undefined,
    legs: LEGS.filter((name) => legs[name] === "ok" || legs[name] === "failed").map((name) => ({ name, ok: legs[name] === "ok" })),
  });
}
