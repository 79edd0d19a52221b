import { useEffect, useState, type FormEvent } from "react";
import { useMessages } from "../lib/messages";
import { rememberText, rememberedText } from "../lib/remembered";

const REMEMBERED = "name";

interface JoinFormProps {
  readonly possible: boolean;
  /** Whether joining becomes possible without action of the visitor. */
  readonly expected: boolean;
  readonly joining: boolean;
  readonly onJoin: (room: string, name: string) => void;
  readonly onCancel: () => void;
}

export function JoinForm({ possible, expected, joining, onJoin, onCancel }: JoinFormProps) {
  const messages = useMessages();
  const [room, setRoom] = useState("lobby");
  const [name, setName] = useState("");
  useEffect(() => setName((typed) => typed || rememberedText(REMEMBERED)), []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!possible || joining) return;
    rememberText(REMEMBERED, name.trim());
    onJoin(room, name.trim());
  };
  return (
    <form className="join" onSubmit={submit}>
      <label>
        <span>{messages.name}</span>
        <input
          data-testid="name"
          name="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="nickname"
          maxLength={64}
          pattern=".*\S.*"
          required
          disabled={joining}
        />
      </label>
      <label>
        <span>{messages.room}</span>
        <input
          data-testid="room"
          name="room"
          value={room}
          onChange={(event) => setRoom(event.target.value)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
          pattern="[A-Za-z0-9][A-Za-z0-9_\-]*"
          title={messages.roomInvalid}
          aria-describedby="room-hint"
          required
          disabled={joining}
        />
        <small id="room-hint">{messages.roomHint}</small>
      </label>
      <div className="join-actions">
        <button type="submit" className="button primary" data-testid="join" disabled={!possible || joining}>
          {joining ? messages.joining : messages.join}
        </button>
        {joining ? (
          <button type="button" className="button" onClick={onCancel}>
            {messages.cancel}
          </button>
        ) : null}
      </div>
      {possible || !expected ? null : <p className="quiet">{messages.waitingForMedia}</p>}
    </form>
  );
}
