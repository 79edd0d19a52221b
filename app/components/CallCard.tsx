import type { Call } from "../lib/call/use-call";
import { useMessages } from "../lib/messages";
import { Controls } from "./Controls";
import { JoinForm } from "./JoinForm";
import { Problems } from "./Problems";
import { Tile } from "./Tile";

export function CallCard({ call, livekitUrl }: { call: Call; livekitUrl: string | null }) {
  const messages = useMessages();
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
          possible={livekitUrl !== null}
          joining={call.phase === "joining"}
          onJoin={(room, name) => livekitUrl && void call.join(livekitUrl, room, name)}
          onCancel={call.leave}
        />
      ) : (
        <Stage call={call} />
      )}
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
