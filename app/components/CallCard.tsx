import type { Call } from "../lib/call/use-call";
import { useLocalNetworkHint } from "../lib/call/use-hint";
import { useMessages } from "../lib/messages";
import { Controls } from "./Controls";
import { JoinForm } from "./JoinForm";
import { Problems } from "./Problems";
import { Tile } from "./Tile";

interface CallCardProps {
  readonly call: Call;
  readonly livekitUrl: string | null;
  /** Another stack answers under this address, so the call would reach the wrong people. */
  readonly replaced: boolean;
}

export function CallCard({ call, livekitUrl, replaced }: CallCardProps) {
  const messages = useMessages();
  const hinted = useLocalNetworkHint(call.phase === "joining");
  const waiting = call.phase === "idle" || call.phase === "joining";
  return (
    <section className="card call-card" data-testid="call" data-phase={call.phase} aria-labelledby="call-title">
      <div className="card-head">
        <h2 id="call-title">{waiting ? messages.call : messages.inRoom(call.room)}</h2>
        {waiting ? null : (
          <span className="quiet" role="status" data-testid="people">
            {messages.people(call.tiles.length)}
          </span>
        )}
      </div>
      <Problems problems={call.problems} onDismiss={call.dismiss} />
      {waiting ? (
        <JoinForm
          possible={livekitUrl !== null && !replaced}
          expected={!replaced}
          joining={call.phase === "joining"}
          onJoin={(room, name) => livekitUrl && void call.join(livekitUrl, room, name)}
          onCancel={call.leave}
        />
      ) : (
        <Stage call={call} />
      )}
      <div role="status" className="hint">
        {hinted ? (
          <p className="notice" data-testid="local-network-hint">
            {messages.localNetworkHint}
          </p>
        ) : null}
      </div>
    </section>
  );
}

function Stage({ call }: { call: Call }) {
  const messages = useMessages();
  return (
    <>
      {call.phase === "reconnecting" ? (
        <p className="notice" role="alert" data-testid="call-reconnecting">
          {messages.reconnecting}
        </p>
      ) : null}
      <ul className="tiles" data-count={Math.min(call.tiles.length, 5)}>
        {call.tiles.map((tile) => (
          <Tile key={tile.identity} tile={tile} />
        ))}
      </ul>
      {call.tiles.length === 1 ? <p className="quiet alone">{messages.alone}</p> : null}
      <Controls call={call} />
    </>
  );
}
