import { useDeviceList } from "../../lib/consultation/use-device-list";
import { CALL } from "../../lib/words/call";
import { useWords } from "../../lib/words/in";

interface DeviceSelectProps {
  readonly kind: MediaDeviceKind;
  /** The device in use. */
  readonly active: string | undefined;
  readonly onChoose: (deviceId: string) => void;
}

/** Selects a camera, microphone or speaker; renders nothing where there is no choice. */
export function DeviceSelect({ kind, active, onChoose }: DeviceSelectProps) {
  const words = useWords(CALL);
  const devices = useDeviceList(kind, active);
  if (devices.length < 2) return null;
  const label = { videoinput: words.chooseCamera, audioinput: words.chooseMicrophone, audiooutput: words.chooseSpeaker }[kind];
  const value = devices.some(({ deviceId }) => deviceId === active) ? active : devices[0]?.deviceId;
  return (
    <label className="field">
      <span>{label}</span>
      <select data-testid={`choose-${kind}`} value={value} onChange={(event) => onChoose(event.target.value)}>
        {devices.map(({ deviceId, label: name }, at) => (
          <option key={deviceId} value={deviceId}>
            {name || words.unnamed(at + 1)}
          </option>
        ))}
      </select>
    </label>
  );
}
