import { useMessages } from "../../lib/messages";
import { CONSULTATIONS } from "../../lib/words/consultations";
import { useWords } from "../../lib/words/in";

/** Navigates between the app's pages and signs out. */
export function Nav() {
  const words = useWords(CONSULTATIONS);
  const messages = useMessages();
  const signOut = async () => {
    await fetch("/api/signout", { method: "POST" }).catch(() => null);
    location.assign("/signin");
  };
  return (
    <nav className="nav" aria-label={messages.pages}>
      <a className="nav-link" href="/">
        {messages.link}
      </a>
      <a className="nav-link" href="/consultations" aria-current="page">
        {messages.consultations}
      </a>
      <button type="button" className="nav-link nav-end" data-testid="sign-out" onClick={() => void signOut()}>
        {words.signOut}
      </button>
    </nav>
  );
}
