import { usePreparing, useRuntimeConfig } from "@sidelink/client/react";
import { Consultation } from "./Consultation";
import { language, words } from "./language";

/** Reads the token from `/consultations/client/<token>`, or from `/phone#<token>` for a phone check. */
function linkToken({ pathname, hash }: Location): string | null {
  const path = /^\/consultations\/client\/([^/]+)\/?$/.exec(pathname)?.[1];
  if (path) return decodeURIComponent(path);
  return pathname === "/phone" && hash.length > 1 ? decodeURIComponent(hash.slice(1)) : null;
}

export function App() {
  const { config, connection, moveTo } = useRuntimeConfig({ defaults: { livekitUrl: import.meta.env.VITE_LIVEKIT_URL ?? null } });
  const token = linkToken(location);
  return (
    <main>
      {connection.kind === "gone" ? <p role="alert">{words.gone}</p> : null}
      {token ? <Consultation linkToken={token} onMoved={moveTo} /> : <Address url={config?.publicUrl ?? null} />}
    </main>
  );
}

/** The page without a link: shows the public URL, or the progress until there is one. */
function Address({ url }: { url: string | null }) {
  const { message, progress } = usePreparing();
  return (
    <section>
      <h1>{words.address}</h1>
      {url ? (
        <a href={url} data-testid="public-url">
          {url}
        </a>
      ) : (
        <p role="status">
          <progress value={progress} /> {message(language) ?? words.noAddress}
        </p>
      )}
      <p>{words.noLink}</p>
    </section>
  );
}
