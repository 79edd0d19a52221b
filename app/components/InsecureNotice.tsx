import { useRuntimeConfig } from "@sidelink/client/react";
import { useEffect, useState } from "react";
import { publicPage } from "../lib/call/public-page";
import { INSECURE } from "../lib/words/insecure";
import { useWords } from "../lib/words/in";

/** Shows on a page over plain http what the browser denies there, and offers the same page under the public URL. */
export function InsecureNotice() {
  // The server does not know the context, and both must render the same first.
  const [insecure, setInsecure] = useState(false);
  useEffect(() => setInsecure(!window.isSecureContext), []);
  return insecure ? <Notice /> : null;
}

function Notice() {
  const words = useWords(INSECURE);
  const { config } = useRuntimeConfig();
  return (
    <section className="card insecure" role="status" data-testid="insecure">
      <h2>{words.title}</h2>
      <p>{words.text}</p>
      {config?.publicUrl ? (
        <a className="button primary" data-testid="open-publicly" href={publicPage(config.publicUrl, location)}>
          {words.open}
        </a>
      ) : (
        <p className="quiet">{words.waiting}</p>
      )}
    </section>
  );
}
