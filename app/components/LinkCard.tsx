import { useEffect, useState } from "react";
import { useMessages, type Messages } from "../lib/messages";
import type { Connection, RuntimeConfig, WatchState } from "@sidelink/client";
import { CopyButton } from "./CopyButton";
import { LiveState } from "./LiveState";

/** While these last, what the card shows is still followed, or soon will be again. */
const FOLLOWED: ReadonlySet<Connection["kind"]> = new Set(["connecting", "connected", "alone", "reconnecting"]);
/** The link that the card would show is not one to hand on. */
const LINK_LOST: ReadonlySet<Connection["kind"]> = new Set(["gone", "replaced"]);

/** Of another stack every change comes in, and none of them is shown. */
const NOT_FOLLOWED: WatchState = { kind: "stopped" };

interface LinkCardProps {
  readonly config: RuntimeConfig | null;
  readonly state: WatchState;
  readonly connection: Connection;
}

/** What the runtime configuration says, in words, as it is now; or was, and then it says so. */
export function LinkCard({ config, state, connection }: LinkCardProps) {
  const messages = useMessages();
  const now = useNow();
  const phase = config?.phase ?? "preparing";
  const stale = !FOLLOWED.has(connection.kind);
  return (
    <section className="card link-card" data-phase={phase} data-stale={stale} aria-labelledby="link-title">
      <div className="card-head">
        <h2 id="link-title">{messages.link}</h2>
        <LiveState state={connection.kind === "replaced" ? NOT_FOLLOWED : state} />
      </div>
      <p className="phase" role="status" data-testid="phase" data-phase={phase}>
        {config ? messages.phase[phase] : messages.noConfiguration}
      </p>
      {stale && !config ? null : <p className="quiet">{stale ? messages.lastKnown : messages.phaseDetail[phase]}</p>}
      {config?.publicUrl && !LINK_LOST.has(connection.kind) ? <PublicUrl url={config.publicUrl} /> : null}
      <dl className="facts">
        <div>
          <dt>{messages.proof}</dt>
          <dd data-testid="verified-at">{provenText(config, now, messages)}</dd>
        </div>
        <div>
          <dt>{messages.media}</dt>
          <dd data-testid="media-grade" data-grade={config?.media.grade ?? "unknown"}>
            {messages.mediaGrade[config?.media.grade ?? "unknown"]}
          </dd>
        </div>
      </dl>
    </section>
  );
}

function PublicUrl({ url }: { url: string }) {
  return (
    <div className="public-url">
      <a href={url} data-testid="public-url">
        {url}
      </a>
      <CopyButton text={url} />
    </div>
  );
}

/** Null until the page runs in the browser, so that both sides render the same first. */
function useNow(): number | null {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function provenText(config: RuntimeConfig | null, now: number | null, messages: Messages): string {
  if (!config?.verifiedAt || now === null) return messages.notProven;
  const seconds = Math.floor((now - Date.parse(config.verifiedAt)) / 1000);
  return messages.proven(ago(seconds, messages));
}

function ago(seconds: number, { ago: words }: Messages): string {
  if (seconds < 2) return words.now;
  if (seconds < 100) return words.seconds(seconds);
  if (seconds < 6_000) return words.minutes(Math.round(seconds / 60));
  return words.hours(Math.round(seconds / 3_600));
}
