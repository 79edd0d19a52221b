import type { LocalKind, LocalSource } from "../transport.js";
import type { Participant } from "../types.js";
import type { Elements } from "./elements.js";
import { SwitchingTrack } from "./track.js";

/** This page's participant and the tracks that it owns. */
export class Self implements Participant {
  readonly isLocal = true;
  readonly screen = null;
  identity = "";
  name = "";
  attributes: Readonly<Record<string, string>> = {};
  speaking = false;
  microphone: SwitchingTrack | null = null;
  camera: SwitchingTrack | null = null;
  readonly sources: Readonly<Record<LocalKind, LocalSource>> = {
    microphone: { track: null, muted: false },
    camera: { track: null, muted: false },
  };

  constructor(private readonly elements: Elements) {}

  /** Takes over `track` in place of the one of its kind, which ends. */
  publish(kind: LocalKind, track: MediaStreamTrack | null): void {
    const source = this.sources[kind];
    if (source.track !== track) source.track?.stop();
    source.track = track;
    if (!track) {
      this[kind]?.end();
      this[kind] = null;
      return;
    }
    track.enabled = !source.muted;
    const shown = (this[kind] ??= new SwitchingTrack(kind, this.elements, false));
    shown.muted = source.muted;
    shown.use({ media: track });
  }

  setMuted(kind: LocalKind, muted: boolean): void {
    const source = this.sources[kind];
    source.muted = muted;
    if (source.track) source.track.enabled = !muted;
    const shown = this[kind];
    if (shown) shown.muted = muted;
  }

  end(): void {
    for (const kind of ["microphone", "camera"] as const) this.publish(kind, null);
  }
}
