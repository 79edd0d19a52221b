import { useMediaDeviceSelect } from "@livekit/components-react";
import type { LocalAudioTrack, LocalVideoTrack, Room } from "livekit-client";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";

interface DeviceSelectProps {
  readonly kind: MediaDeviceKind;
  /** Before a call. */
  readonly track?: LocalAudioTrack | LocalVideoTrack | undefined;
  /** In a call. */
  readonly room?: Room;
}

/** Selects a camera, microphone or speaker; renders nothing where there is no choice. */
export function DeviceSelect({ kind, track, room }: DeviceSelectProps) {
  const words = useWords(CALL);
  const { devices, activeDeviceId, setActiveMediaDevice } = useMediaDeviceSelect({ kind, room, track });
  const known = devices.filter(({ deviceId }) => deviceId !== "");
  if (known.length < 2 || (!track && !room)) return null;
  const label = { videoinput: words.chooseCamera, audioinput: words.chooseMicrophone, audiooutput: words.chooseSpeaker }[kind];
  const active = known.some(({ deviceId }) => deviceId === activeDeviceId) ? activeDeviceId : known[0]?.deviceId;
  return (
    <label className="field">
      <span>{label}</span>
      <select data-testid={`choose-${kind}`} value={active} onChange={(event) => void setActiveMediaDevice(event.target.value)}>
        {known.map(({ deviceId, label: name }, at) => (
          <option key={deviceId} value={deviceId}>
            {name || words.unnamed(at + 1)}
          </option>
        ))}
      </select>
    </label>
  );
}
