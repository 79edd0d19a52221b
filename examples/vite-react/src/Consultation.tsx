import { useState, type FormEvent } from "react";
import { words } from "./language";
import { Person } from "./Person";
import { useCall } from "./use-call";

interface ConsultationProps {
  readonly linkToken: string;
  /** Called with the new address of the stack. */
  readonly onMoved: (publicUrl: string) => void;
}

export function Consultation({ linkToken, onMoved }: ConsultationProps) {
  const call = useCall(linkToken, onMoved);
  const [name, setName] = useState("");
  const join = (event: FormEvent) => {
    event.preventDefault();
    void call.join(name);
  };
  return (
    <section data-testid="call" data-phase={call.phase}>
      {call.problem ? <p role="alert">{call.problem}</p> : null}
      {call.newAddress ? (
        <p role="alert">
          {words.moved} <button onClick={() => void call.join(name, call.newAddress!)}>{words.joinAgain}</button>
        </p>
      ) : null}
      {call.phase === "idle" ? (
        <form onSubmit={join}>
          <label>
            {words.name} <input data-testid="name" value={name} onChange={({ target }) => setName(target.value)} required maxLength={64} autoComplete="name" />
          </label>
          <button data-testid="join">{words.join}</button>
        </form>
      ) : (
        <>
          <p role="status">{call.phase === "joining" ? words.joining : call.phase === "resuming" ? words.resuming : null}</p>
          {call.silenced ? <button onClick={call.startSound}>{words.sound}</button> : null}
          <div className="people">
            {call.people.map((person) => (
              <Person key={person.identity} {...person} />
            ))}
          </div>
          {call.phase === "joined" && call.people.length < 2 ? <p>{words.alone}</p> : null}
          <button onClick={call.leave} data-testid="leave">
            {words.leave}
          </button>
        </>
      )}
    </section>
  );
}
