import type { Person } from "../transport.js";
import type { Participant, TrackKind } from "../types.js";
import type { Elements } from "./elements.js";
import { SwitchingTrack } from "./track.js";

const KINDS = ["microphone", "camera", "screen"] as const;

/** A participant who changes the rung publishes anew. The track and its last picture wait this long. */
const ABSENCE_MS = 2_000;

/** Another participant, the same object whatever transport brings the media. */
export class Tile implements Participant {
  readonly isLocal = false;
  name = "";
  attributes: Readonly<Record<string, string>> = {};
  speaking = false;
  microphone: SwitchingTrack | null = null;
  camera: SwitchingTrack | null = null;
  screen: SwitchingTrack | null = null;

  private readonly absent = new Map<TrackKind, ReturnType<typeof setTimeout>>();

  /** `changed`: a track has ended. */
  constructor(readonly identity: string, private readonly elements: Elements, private readonly changed: () => void) {}

  update(person: Person): void {
    this.name = person.name;
    this.attributes = person.attributes;
    this.speaking = person.speaking;
    for (const kind of KINDS) this.updateTrack(kind, person);
  }

  end(): void {
    for (const kind of KINDS) this.endTrack(kind);
  }

  private updateTrack(kind: TrackKind, person: Person): void {
    const source = person.sources.get(kind);
    if (!source) return this.isAbsent(kind);
    this.returns(kind);
    const track = (this[kind] ??= new SwitchingTrack(kind, this.elements, kind !== "microphone"));
    track.muted = source.muted;
    track.use(source);
  }

  private isAbsent(kind: TrackKind): void {
    if (!this[kind] || this.absent.has(kind)) return;
    const end = () => {
      this.endTrack(kind);
      this.changed();
    };
    this.absent.set(kind, setTimeout(end, ABSENCE_MS));
  }

  private returns(kind: TrackKind): void {
    clearTimeout(this.absent.get(kind));
    this.absent.delete(kind);
  }

  private endTrack(kind: TrackKind): void {
    this.returns(kind);
    this[kind]?.end();
    this[kind] = null;
  }
}
