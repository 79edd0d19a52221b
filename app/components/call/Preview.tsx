import { useEffect, useRef } from "react";
import type { Devices } from "../../lib/consultation/use-devices";
import { useVolume } from "../../lib/consultation/use-volume";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";
import { CameraIcon, MicrophoneIcon } from "../icons";
import { DeviceSelect } from "./DeviceSelect";

/** Shows what the other person will see and hear. */
export function Preview({ devices }: { devices: Devices }) {
  const words = useWords(CALL);
  const { camera, microphone } = devices;
  const cameraWords = camera ? words.cameraOff : words.cameraOn;
  const microphoneWords = microphone ? words.mute : words.unmute;
  return (
    <>
      <div className="preview">
        {camera ? <Picture track={camera} /> : <p>{words.previewOff}</p>}
        <div className="preview-controls">
          <button type="button" className="button round" data-testid="preview-microphone" data-on={microphone !== undefined}
            aria-label={microphoneWords} title={microphoneWords} onClick={() => void devices.toggle("microphone")}>
            <MicrophoneIcon on={microphone !== undefined} />
          </button>
          <button type="button" className="button round" data-testid="preview-camera" data-on={camera !== undefined}
            aria-label={cameraWords} title={cameraWords} onClick={() => void devices.toggle("camera")}>
            <CameraIcon on={camera !== undefined} />
          </button>
        </div>
      </div>
      {microphone ? <Level track={microphone} /> : null}
      <div className="selects">
        {camera ? (
          <DeviceSelect kind="videoinput" active={camera.getSettings().deviceId} onChoose={(id) => void devices.choose("camera", id)} />
        ) : null}
        {microphone ? (
          <DeviceSelect kind="audioinput" active={microphone.getSettings().deviceId} onChoose={(id) => void devices.choose("microphone", id)} />
        ) : null}
      </div>
    </>
  );
}

function Picture({ track }: { track: MediaStreamTrack }) {
  const words = useWords(CALL);
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current;
    if (video) video.srcObject = new MediaStream([track]);
  }, [track]);
  return <video ref={element} className="mirrored" data-testid="preview" aria-label={words.preview} autoPlay playsInline muted />;
}

/** Volume that fills the bar; speech at arm's length fills about half of it. */
const FULL = 0.5;

function Level({ track }: { track: MediaStreamTrack }) {
  const words = useWords(CALL);
  const volume = useVolume(track);
  const percent = Math.min(100, Math.round((volume / FULL) * 100));
  const bar = useRef<HTMLDivElement>(null);
  // The Content-Security-Policy forbids styles in markup and allows them from a script.
  useEffect(() => bar.current?.style.setProperty("--level", `${percent}%`), [percent]);
  return (
    <div className="level-row">
      <div ref={bar} className="level" role="meter" data-testid="level" aria-label={words.level} aria-valuemin={0} aria-valuemax={100}
        aria-valuenow={percent} />
      <small>{words.levelHint}</small>
    </div>
  );
}
