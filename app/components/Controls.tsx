import type { Call } from "../lib/call/use-call";
import { useMessages } from "../lib/messages";
import { CameraIcon, LeaveIcon, MicrophoneIcon, SoundIcon } from "./icons";

export function Controls({ call }: { call: Call }) {
  const messages = useMessages();
  const microphone = call.microphoneOn ? messages.mute : messages.unmute;
  const camera = call.cameraOn ? messages.cameraOff : messages.cameraOn;
  return (
    <div className="controls">
      <button
        type="button"
        className="button round"
        data-testid="toggle-microphone"
        data-on={call.microphoneOn}
        aria-label={microphone}
        title={microphone}
        onClick={() => void call.toggle("microphone")}
      >
        <MicrophoneIcon on={call.microphoneOn} />
      </button>
      <button
        type="button"
        className="button round"
        data-testid="toggle-camera"
        data-on={call.cameraOn}
        aria-label={camera}
        title={camera}
        onClick={() => void call.toggle("camera")}
      >
        <CameraIcon on={call.cameraOn} />
      </button>
      {call.silenced ? (
        <button type="button" className="button primary" data-testid="start-sound" onClick={call.startSound}>
          <SoundIcon />
          {messages.soundOn}
        </button>
      ) : null}
      <button type="button" className="button leave" data-testid="leave" onClick={call.leave}>
        <LeaveIcon />
        {messages.leave}
      </button>
    </div>
  );
}
