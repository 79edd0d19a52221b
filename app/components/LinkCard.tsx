import { useNow } from "../lib/consultation/use-now";
import { useMessages, type Messages } from "../lib/messages";
import type { Connection, RuntimeConfig, WatchState } from "@sidelink/client";
import { CopyButton } from "./CopyButton";
import { LiveState } from "./LiveState";

/** In these states the card shows current values, or soon will again. */
const FOLLOWED: ReadonlySet<Connection["kind"]> = new Set(["connecting", "connected", "alone", "reconnecting"]);
/** In these states the public URL must not be shared. */
const LINK_LOST: ReadonlySet<Connection["kind"]> = new Set(["gone", "replaced"]);

/** Shown for another stack: its changes arrive, but the card ignores them. */
const NOT_FOLLOWED: WatchState = { kind: "stopped" };

interface LinkCardProps {
  readonly config: RuntimeConfig | null;
  readonly state: WatchState;
  readonly connection: Connection;
}

/** Shows the runtime configuration, and whether it is current or the last known one. */
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
          <dt>{messages.verification}</dt>
          <dd data-testid="verified-at">{verificationText(config, now, messages)}</dd>
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

function verificationText(config: RuntimeConfig | null, now: number | null, messages: Messages): string {
  if (!config?.verifiedAt || now === null) return messages.notVerified;
  const seconds = Math.floor((now - Date.parse(config.verifiedAt)) / 1000);
  return messages.verified(ago(seconds, messages));
}

function ago(seconds: number, { ago: words }: Messages): string {
  if (seconds < 2) return words.now;
  if (seconds < 100) return words.seconds(seconds);
  if (seconds < 6_000) return words.minutes(Math.round(seconds / 60));
  return words.hours(Math.round(seconds / 3_600));
}
