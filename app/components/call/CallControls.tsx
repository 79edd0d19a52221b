import { useAudioPlayback, useLocalParticipant } from "@livekit/components-react";
import type { Room } from "livekit-client";
import { useState, type ReactNode } from "react";
import { turn, type Device } from "../../lib/call/devices";
import { useFlip } from "../../lib/consultation/use-flip";
import type { KnownProblem } from "../../lib/messages";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";
import { CameraIcon, FlipIcon, LeaveIcon, MicrophoneIcon, SettingsIcon, SoundIcon } from "../icons";
import { DeviceSelect } from "./DeviceSelect";
import { deviceWords } from "./Lobby";

/** The controls of a call. */
export function CallControls({ room, onLeave }: { room: Room; onLeave: () => void }) {
  const words = useWords(CALL);
  const { localParticipant, isCameraEnabled, isMicrophoneEnabled } = useLocalParticipant();
  const { canPlayAudio, startAudio } = useAudioPlayback(room);
  const flip = useFlip(room, isCameraEnabled);
  const [problem, setProblem] = useState<KnownProblem | null>(null);
  const [choosing, setChoosing] = useState(false);
  const toggle = async (device: Device, on: boolean) => setProblem(await turn(localParticipant, device, on));
  return (
    <div className="stage-controls">
      <div role="alert">{problem ? <p className="notice">{deviceWords(problem, words)}</p> : null}</div>
      {choosing ? <Choosing room={room} onClose={() => setChoosing(false)} /> : null}
      {canPlayAudio ? null : (
        <button type="button" className="button primary" data-testid="start-sound" onClick={() => void startAudio()}>
          <SoundIcon />
          {words.sound}
        </button>
      )}
      <div className="controls">
        <Round testId="toggle-microphone" on={isMicrophoneEnabled} label={isMicrophoneEnabled ? words.mute : words.unmute}
          onClick={() => void toggle("microphone", !isMicrophoneEnabled)}>
          <MicrophoneIcon on={isMicrophoneEnabled} />
        </Round>
        <Round testId="toggle-camera" on={isCameraEnabled} label={isCameraEnabled ? words.cameraOff : words.cameraOn}
          onClick={() => void toggle("camera", !isCameraEnabled)}>
          <CameraIcon on={isCameraEnabled} />
        </Round>
        {flip ? (
          <Round testId="flip" label={words.flip} onClick={() => void flip()}>
            <FlipIcon />
          </Round>
        ) : null}
        <Round testId="settings" label={words.settings} expanded={choosing} onClick={() => setChoosing(!choosing)}>
          <SettingsIcon />
        </Round>
        <button type="button" className="button leave" data-testid="leave" onClick={onLeave}>
          <LeaveIcon />
          {words.leave}
        </button>
      </div>
    </div>
  );
}

interface RoundProps {
  readonly testId: string;
  readonly label: string;
  readonly on?: boolean;
  readonly expanded?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function Round({ testId, label, on, expanded, onClick, children }: RoundProps) {
  return (
    <button type="button" className="button round" data-testid={testId} data-on={on} aria-label={label} title={label} aria-expanded={expanded}
      onClick={onClick}>
      {children}
    </button>
  );
}

function Choosing({ room, onClose }: { room: Room; onClose: () => void }) {
  const words = useWords(CALL);
  return (
    <div className="card choosing" role="group" aria-label={words.settings}>
      <DeviceSelect kind="videoinput" room={room} />
      <DeviceSelect kind="audioinput" room={room} />
      <DeviceSelect kind="audiooutput" room={room} />
      <button type="button" className="button" onClick={onClose}>
        {words.close}
      </button>
    </div>
  );
}
