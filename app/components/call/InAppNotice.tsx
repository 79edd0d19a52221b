import { useState } from "react";
import { inAppBrowser, intentLink } from "../../lib/consultation/browser";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";
import { CopyButton } from "../CopyButton";

/** Offers to leave another app's embedded browser. It does not block entering, because some of them have a camera. */
export function InAppNotice() {
  const words = useWords(CALL);
  const [inApp] = useState(() => inAppBrowser(navigator.userAgent));
  if (!inApp) return null;
  return (
    <section className="card in-app" role="alert" data-testid="in-app" data-system={inApp.system}>
      <h2>{words.inApp.title(inApp.app ?? words.inApp.other)}</h2>
      <p>{words.inApp.text}</p>
      {inApp.system === "ios" ? <p>{words.inApp.ios}</p> : null}
      <div className="actions">
        {inApp.system === "android" ? (
          <a className="button primary" data-testid="open-in-chrome" href={intentLink(location.href)}>
            {words.inApp.android}
          </a>
        ) : null}
        <CopyButton text={location.href} />
      </div>
    </section>
  );
}
