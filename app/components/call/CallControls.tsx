import type { MediaCall } from "@sidelink/client/media";
import { useState, type ReactNode } from "react";
import type { OwnDevices } from "../../lib/consultation/own-devices";
import { useDeviceList } from "../../lib/consultation/use-device-list";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";
import { CameraIcon, FlipIcon, LeaveIcon, MicrophoneIcon, SettingsIcon, SoundIcon } from "../icons";
import { DeviceSelect } from "./DeviceSelect";
import { deviceWords } from "./Lobby";

interface CallControlsProps {
  readonly call: MediaCall;
  readonly own: OwnDevices;
  readonly onLeave: () => void;
}

/** The controls of a call. */
export function CallControls({ call, own, onLeave }: CallControlsProps) {
  const words = useWords(CALL);
  const [choosing, setChoosing] = useState(false);
  const [speaker, setSpeaker] = useState<string>();
  const cameras = useDeviceList("videoinput", own.deviceId("camera"));
  const camera = own.isOn("camera");
  const microphone = own.isOn("microphone");
  // On a computer, the visitor chooses a camera by name.
  const flips = camera && cameras.length > 1 && matchMedia("(pointer: coarse)").matches;
  const onSpeaker = (deviceId: string) => {
    setSpeaker(deviceId);
    void call.setSpeaker(deviceId);
  };
  return (
    <div className="stage-controls">
      <div role="alert">{own.problem ? <p className="notice">{deviceWords(own.problem, words)}</p> : null}</div>
      {choosing ? <Choosing own={own} speaker={speaker} onSpeaker={onSpeaker} onClose={() => setChoosing(false)} /> : null}
      {call.silenced ? (
        <button type="button" className="button primary" data-testid="start-sound" onClick={() => void call.startSound()}>
          <SoundIcon />
          {words.sound}
        </button>
      ) : null}
      <div className="controls">
        <Round testId="toggle-microphone" on={microphone} label={microphone ? words.mute : words.unmute}
          onClick={() => void own.toggle("microphone")}>
          <MicrophoneIcon on={microphone} />
        </Round>
        <Round testId="toggle-camera" on={camera} label={camera ? words.cameraOff : words.cameraOn} onClick={() => void own.toggle("camera")}>
          <CameraIcon on={camera} />
        </Round>
        {flips ? (
          <Round testId="flip" label={words.flip} onClick={() => void own.flip()}>
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

interface ChoosingProps {
  readonly own: OwnDevices;
  readonly speaker: string | undefined;
  readonly onSpeaker: (deviceId: string) => void;
  readonly onClose: () => void;
}

function Choosing({ own, speaker, onSpeaker, onClose }: ChoosingProps) {
  const words = useWords(CALL);
  return (
    <div className="card choosing" role="group" aria-label={words.settings}>
      <DeviceSelect kind="videoinput" active={own.deviceId("camera")} onChoose={(id) => void own.choose("camera", id)} />
      <DeviceSelect kind="audioinput" active={own.deviceId("microphone")} onChoose={(id) => void own.choose("microphone", id)} />
      {"setSinkId" in HTMLMediaElement.prototype ? <DeviceSelect kind="audiooutput" active={speaker} onChoose={onSpeaker} /> : null}
      <button type="button" className="button" onClick={onClose}>
        {words.close}
      </button>
    </div>
  );
}
