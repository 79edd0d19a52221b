import { useEffect, useState } from "react";
import type { ReadyLink } from "../../lib/consultation/api";
import { useNow } from "../../lib/consultation/use-now";
import { useLanguage } from "../../lib/messages";
import { CONSULTATIONS } from "../../lib/words/consultations";
import { agoText, momentText, useWords } from "../../lib/words/in";
import { CopyButton } from "../CopyButton";
import { ShareIcon } from "../icons";

/** Shows a verified link and the options to share it. */
export function LinkPanel({ link }: { link: ReadyLink }) {
  const words = useWords(CONSULTATIONS);
  const language = useLanguage();
  const now = useNow(15_000);
  const url = link.consultationUrl;
  const whatsapp = `https://wa.me/?text=${encodeURIComponent(words.shareText(url))}`;
  return (
    <div className="link-panel" data-testid="ready-link" data-token={link.token}>
      <div className="public-url">
        <a href={url} data-testid="consultation-url" target="_blank" rel="noopener noreferrer">
          {url}
        </a>
        <CopyButton text={url} />
      </div>
      <div className="actions">
        <a className="button primary" data-testid="whatsapp" href={whatsapp} target="_blank" rel="noopener noreferrer">
          {words.whatsapp}
        </a>
        <ShareButton url={url} />
      </div>
      <img className="qr" data-testid="qr" alt={words.qr} src={`data:image/svg+xml,${encodeURIComponent(link.qr)}`} />
      {now === null ? null : (
        <p className="quiet">
          {`${words.linkVerified(agoText(link.verifiedAt, now, language))} · `}
          {words.linkUntil(momentText(link.expiresAt, language))}
        </p>
      )}
    </div>
  );
}

// Phones and some desktops have a share sheet; only the browser knows.
function ShareButton({ url }: { url: string }) {
  const words = useWords(CONSULTATIONS);
  const [there, setThere] = useState(false);
  useEffect(() => setThere(typeof navigator.share === "function"), []);
  if (!there) return null;
  const share = () => navigator.share({ title: words.shareTitle, text: words.shareText(url) }).catch(() => undefined);
  return (
    <button type="button" className="button" data-testid="share" onClick={() => void share()}>
      <ShareIcon />
      {words.share}
    </button>
  );
}
