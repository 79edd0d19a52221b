import type { MediaGrade } from "@sidelink/client";
import { preload } from "@sidelink/client/media";
import { useEffect, type FormEvent } from "react";
import { isSafari } from "../../lib/consultation/browser";
import type { EntryProblem } from "../../lib/consultation/ending";
import type { Stage } from "../../lib/consultation/use-consultation";
import { useDevices, type Devices } from "../../lib/consultation/use-devices";
import { useLanguage, type KnownProblem } from "../../lib/messages";
import { CALL, type CallWords } from "../../lib/words/call";
import { messageIn, useWords } from "../../lib/words/in";
import { Joining } from "./Joining";
import { Preview } from "./Preview";
import { TunnelLimits } from "./TunnelLimits";

interface LobbyProps {
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly stage: Extract<Stage, { kind: "lobby" | "joining" }>;
  readonly onEnter: (name: string, tracks: readonly MediaStreamTrack[]) => Promise<void>;
  readonly onCancel: () => void;
  /** How far the call's media reaches, as visitors reported. */
  readonly grade: MediaGrade | null;
}

/** Name, camera and microphone, and the button to enter. */
export function Lobby({ name, onName, stage, onEnter, onCancel, grade }: LobbyProps) {
  const words = useWords(CALL);
  const devices = useDevices();
  const joining = stage.kind === "joining";
  useEffect(() => void preload(), []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (joining) return;
    if (devices.state === "blank") await devices.ask();
    await onEnter(name.trim(), devices.handOver());
  };
  return (
    <form className="card lobby" data-testid="lobby" onSubmit={(event) => void submit(event)}>
      {stage.kind === "lobby" && stage.problem ? <Refused problem={stage.problem} /> : null}
      <label className="field">
        <span>{words.yourName}</span>
        <input data-testid="your-name" name="name" value={name} onChange={(event) => onName(event.target.value)}
          autoComplete="name" maxLength={64} pattern=".*\S.*" required disabled={joining} aria-describedby="name-hint" />
        <small id="name-hint">{words.nameHint}</small>
      </label>
      <Check devices={devices} joining={joining} />
      <TunnelLimits grade={grade} />
      <button type="submit" className="button primary tall" data-testid="enter" disabled={joining || devices.state === "asking"}>
        {joining ? words.joining : words.join}
      </button>
      {stage.kind === "joining" ? <Joining waiting={stage.waiting} onCancel={onCancel} /> : null}
    </form>
  );
}

function Check({ devices, joining }: { devices: Devices; joining: boolean }) {
  const words = useWords(CALL);
  return (
    <fieldset className="check" disabled={joining}>
      <legend>{words.devices}</legend>
      {devices.state === "asked" ? (
        <Preview devices={devices} />
      ) : (
        <div className="preview blank">
          <button type="button" className="button" data-testid="allow" disabled={devices.state === "asking"} onClick={() => void devices.ask()}>
            {devices.state === "asking" ? words.allowing : words.allow}
          </button>
          <p>{words.allowHint}</p>
        </div>
      )}
      <DeviceProblems devices={devices} />
    </fieldset>
  );
}

function DeviceProblems({ devices }: { devices: Devices }) {
  const words = useWords(CALL);
  if (devices.problems.length === 0) return null;
  return (
    <div className="notice" role="alert" data-testid="device-problem">
      <div>
        {devices.problems.map((problem) => (
          <p key={problem} data-code={problem}>{deviceWords(problem, words)}</p>
        ))}
        <p>{words.joinAnyway}</p>
        {devices.problems.includes("insecure") ? null : (
          <button type="button" className="button" onClick={() => void devices.ask()}>
            {words.retryDevices}
          </button>
        )}
      </div>
    </div>
  );
}

/** Returns the text for a device problem. How to allow a device differs between browsers. */
export function deviceWords(problem: KnownProblem, { problem: known }: CallWords): string {
  if (problem === "denied" && isSafari(navigator.userAgent)) return known.deniedSafari;
  return problem in known ? known[problem as keyof typeof known] : "";
}

function Refused({ problem }: { problem: EntryProblem }) {
  const words = useWords(CALL);
  const language = useLanguage();
  const text = () => {
    if (typeof problem === "string") return words.problem[problem];
    if (problem.status === 404) return `${words.closedTitle}. ${words.closed}`;
    return messageIn(language, problem);
  };
  return (
    <div className="notice" role="alert" data-testid="refused" data-code={typeof problem === "string" ? problem : problem.code}>
      <p>{text()}</p>
    </div>
  );
}
