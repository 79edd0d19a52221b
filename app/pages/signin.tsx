import type { GetServerSideProps } from "next";
import { useState, type FormEvent } from "react";
import { CopyButton } from "../components/CopyButton";
import { Failed } from "../components/consultations/Generate";
import { Shell } from "../components/Shell";
import { ask } from "../lib/consultation/api";
import { languageOf, type Language } from "../lib/language";
import { isSignedIn, safeNext } from "../lib/session/guard";
import { CONSULTATIONS } from "../lib/words/consultations";
import { useWords } from "../lib/words/in";

const COMMAND = "docker compose exec sidecar sidelink password";

interface SignInProps {
  readonly language: Language;
  readonly next: string;
}

export const getServerSideProps: GetServerSideProps<SignInProps> = async ({ req, res, query }) => {
  res.setHeader("cache-control", "no-store");
  const next = safeNext(query.next);
  if (await isSignedIn(req).catch(() => false)) return { redirect: { destination: next, permanent: false } };
  return { props: { language: languageOf(req.headers.cookie, req.headers["accept-language"]), next } };
};

const TITLE = { en: CONSULTATIONS.en.title, "pt-BR": CONSULTATIONS["pt-BR"].title };
const TAGLINE = { en: CONSULTATIONS.en.tagline, "pt-BR": CONSULTATIONS["pt-BR"].tagline };

export default function SignIn({ language, next }: SignInProps) {
  return (
    <Shell language={language} title={TITLE} tagline={TAGLINE}>
      <main className="narrow">
        <SignInForm next={next} />
      </main>
    </Shell>
  );
}

function SignInForm({ next }: { next: string }) {
  const words = useWords(CONSULTATIONS);
  const [password, setPassword] = useState("");
  const [visible, setVisible] = useState(false);
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (working) return;
    setWorking(true);
    setError(null);
    try {
      await ask("/api/signin", { method: "POST", body: { password } });
      location.assign(next);
    } catch (failure) {
      setError(failure);
      setWorking(false);
    }
  };
  return (
    <section className="card" aria-labelledby="signin-title">
      <h2 id="signin-title">{words.signIn}</h2>
      {error ? <Failed error={error} /> : null}
      <form className="join" onSubmit={(event) => void submit(event)}>
        <label htmlFor="password">
          <span>{words.password}</span>
        </label>
        <div className="with-button">
          <input id="password" data-testid="password" name="password" type={visible ? "text" : "password"} value={password}
            onChange={(event) => setPassword(event.target.value)} autoComplete="current-password" autoCapitalize="none"
            spellCheck={false} maxLength={256} required aria-describedby="where" />
          <button type="button" className="button" aria-pressed={visible} onClick={() => setVisible(!visible)}>
            {visible ? words.hidePassword : words.showPassword}
          </button>
        </div>
        <button type="submit" className="button primary" data-testid="sign-in" disabled={working}>
          {working ? words.signingIn : words.signIn}
        </button>
      </form>
      <div className="where">
        <p className="quiet" id="where">{words.wherePassword}</p>
        <div className="with-button">
          <code className="command">{COMMAND}</code>
          <CopyButton text={COMMAND} />
        </div>
      </div>
    </section>
  );
}
