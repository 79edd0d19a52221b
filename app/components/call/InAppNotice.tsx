import { useState } from "react";
import { inAppBrowser, intentLink } from "../../lib/consultation/browser";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";
import { CopyButton } from "../CopyButton";

/** Leads out of another app's browser. It does not bar the way: some of them do have a camera. */
export function InAppNotice() {
  const words = useWords(CALL);
  const [inApp] = useState(() => inAppBrowser(navigator.userAgent));
  if (!inApp) return null;
  return (
    <section className="card in-app" role="alert" data-testid="in-app" data-system={inApp.system}>
      <h2>{words.inApp.title(inApp.app ?? words.inApp.other)}</h2>
      <p>{words.inApp.text}</p>
      {inApp.system === "ios" ? <p>{words.inApp.ios}</p> : null}
      <div className="ways">
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
