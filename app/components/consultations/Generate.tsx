import { useEffect, useId, useRef, useState, type FormEvent } from "react";
import { ApiFailed, newLink, type NewConsultation, type ReadyLink, type WaitingFor } from "../../lib/consultation/api";
import { useLanguage } from "../../lib/messages";
import { rememberText, rememberedText } from "../../lib/remembered";
import { CONSULTATIONS } from "../../lib/words/consultations";
import { messageIn, useWords } from "../../lib/words/in";
import { LinkPanel } from "./LinkPanel";
import { Preparing } from "./Preparing";

const REMEMBERED = "professional";

type Generating =
  | { readonly kind: "asking" }
  | { readonly kind: "working"; readonly since: number; readonly waitingFor: WaitingFor | null; readonly reported: boolean }
  | { readonly kind: "ready"; readonly link: ReadyLink; readonly client: string }
  | { readonly kind: "failed"; readonly error: unknown };

/** Asks who takes part in the consultation, and creates a verified link. */
export function Generate() {
  const words = useWords(CONSULTATIONS);
  const [state, setState] = useState<Generating>({ kind: "asking" });
  const attempt = useRef<AbortController | null>(null);
  useEffect(() => () => attempt.current?.abort(), []);

  const generate = async (consultation: NewConsultation, key: string) => {
    const ours = (attempt.current = new AbortController());
    const since = Date.now();
    setState({ kind: "working", since, waitingFor: null, reported: false });
    try {
      const link = await newLink(consultation, key, ours.signal, (waitingFor) => {
        if (!ours.signal.aborted) setState({ kind: "working", since, waitingFor, reported: true });
      });
      if (!ours.signal.aborted) setState({ kind: "ready", link, client: consultation.clientId });
    } catch (error) {
      if (!ours.signal.aborted) setState({ kind: "failed", error });
    }
  };
  const cancel = () => {
    attempt.current?.abort();
    setState({ kind: "asking" });
  };
  const preparing = state.kind === "working" && state.reported;
  return (
    <section className="card" aria-labelledby="new-title" data-testid="generate" data-state={state.kind}>
      {state.kind === "ready" ? (
        <Ready link={state.link} client={state.client} onAnother={() => setState({ kind: "asking" })} />
      ) : (
        <>
          <h2 id="new-title">{words.newConsultation}</h2>
          {state.kind === "failed" ? <Failed error={state.error} /> : null}
          <div hidden={preparing}>
            <ConsultationForm working={state.kind === "working"} onGenerate={generate} />
          </div>
          {preparing ? (
            <Preparing waitingFor={state.waitingFor} since={state.since} />
          ) : null}
          {state.kind === "working" ? (
            <button type="button" className="button" onClick={cancel}>
              {words.cancel}
            </button>
          ) : null}
        </>
      )}
    </section>
  );
}

function Ready({ link, client, onAnother }: { link: ReadyLink; client: string; onAnother: () => void }) {
  const words = useWords(CONSULTATIONS);
  const heading = useRef<HTMLHeadingElement>(null);
  // The pressed button is gone, so the focus moves to the result.
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <h2 id="new-title" ref={heading} tabIndex={-1}>
        {words.linkReady(client)}
      </h2>
      <LinkPanel link={link} />
      <div className="actions">
        <a className="button" href={`/consultations/professional/${link.token}`}>
          {words.enter}
        </a>
        <button type="button" className="button" data-testid="another" onClick={onAnother}>
          {words.another}
        </button>
      </div>
    </>
  );
}

/** Shows why a request to the app's API failed. */
export function Failed({ error }: { error: unknown }) {
  const words = useWords(CONSULTATIONS);
  const language = useLanguage();
  const failed = error instanceof ApiFailed ? error : null;
  return (
    <div className="notice" role="alert" data-testid="failed">
      <div>
        <p>{failed?.problem ? messageIn(language, failed.problem) : failed ? words.noConnection : words.failed}</p>
        {failed?.problem?.fix ? <p>{failed.problem.fix}</p> : null}
        {failed?.status === 401 ? <a href="/signin">{words.signIn}</a> : null}
      </div>
    </div>
  );
}

interface ConsultationFormProps {
  readonly working: boolean;
  readonly onGenerate: (consultation: NewConsultation, key: string) => void;
}

function ConsultationForm({ working, onGenerate }: ConsultationFormProps) {
  const words = useWords(CONSULTATIONS);
  const [professionalId, setProfessional] = useState("");
  const [clientId, setClient] = useState("");
  const [typedType, setType] = useState<string | null>(null);
  const usualType = words.typeSuggestions[0] ?? "";
  // One key for the current values: pressing twice creates one link, other values create another.
  const asked = useRef<{ values: string; key: string } | null>(null);
  const suggestions = useId();
  useEffect(() => setProfessional((typed) => typed || rememberedText(REMEMBERED)), []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (working) return;
    // Empty fields have defaults, so one click is enough.
    const consultation = {
      professionalId: professionalId.trim() || words.professionalDefault,
      clientId: clientId.trim() || words.clientDefault,
      consultationType: typedType?.trim() || usualType,
    };
    const values = JSON.stringify(consultation);
    if (asked.current?.values !== values) asked.current = { values, key: newKey() };
    rememberText(REMEMBERED, professionalId.trim());
    onGenerate(consultation, asked.current.key);
  };
  return (
    <form className="join" onSubmit={submit}>
      <Field label={words.professional} hint={words.professionalHint} testId="professional" value={professionalId}
        placeholder={words.professionalDefault} onChange={setProfessional} maxLength={64} disabled={working} autoComplete="name" />
      <Field label={words.client} testId="client" value={clientId} placeholder={words.clientDefault} onChange={setClient} maxLength={128}
        disabled={working} />
      <Field label={words.type} testId="type" value={typedType ?? usualType} placeholder={usualType} onChange={setType} maxLength={64}
        disabled={working} list={suggestions} />
      <datalist id={suggestions}>
        {words.typeSuggestions.map((suggestion) => <option key={suggestion} value={suggestion} />)}
      </datalist>
      <button type="submit" className="button primary" data-testid="generate-link" disabled={working}>
        {working ? words.generating : words.generate}
      </button>
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly testId: string;
  readonly value: string;
  /** The default for an empty field. */
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
  readonly maxLength: number;
  readonly disabled: boolean;
  readonly list?: string;
  readonly autoComplete?: string;
}

function Field({ label, hint, testId, value, onChange, list, autoComplete = "off", ...input }: FieldProps) {
  const hintId = useId();
  return (
    <label>
      <span>{label}</span>
      <input data-testid={testId} value={value} onChange={(event) => onChange(event.target.value)} list={list}
        autoComplete={autoComplete} aria-describedby={hint ? hintId : undefined} {...input} />
      {hint ? <small id={hintId}>{hint}</small> : null}
    </label>
  );
}

function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
