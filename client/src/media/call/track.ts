import type { RemoteSource } from "../transport.js";
import type { MediaTrack, TrackKind } from "../types.js";
import type { Elements } from "./elements.js";
import { ViewObserver } from "./view.js";

/** What a track shows now: another participant's source, or this page's own. */
export type Source = Pick<RemoteSource, "media"> & Partial<Pick<RemoteSource, "setView">>;

const ARRIVAL_TIMEOUT_MS = 3_000;

/** A track that stays the same for the app while its source changes with the transport. */
export class SwitchingTrack implements MediaTrack {
  muted = false;
  private source: Source | null = null;
  private pending: Source | null = null;
  private readonly attached = new Set<HTMLMediaElement>();
  private readonly view: ViewObserver | null;

  constructor(readonly kind: TrackKind, private readonly elements: Elements, observed: boolean) {
    this.view = observed && typeof ResizeObserver !== "undefined" ? new ViewObserver((view) => this.current?.setView?.(view)) : null;
  }

  attach(element: HTMLMediaElement): void {
    if (this.attached.has(element)) return;
    this.attached.add(element);
    if (this.source) this.elements.add(element, this.source.media);
    this.view?.add(element);
  }

  detach(element: HTMLMediaElement): void {
    if (!this.attached.delete(element)) return;
    if (this.source) this.elements.remove(element, this.source.media);
    this.view?.remove(element);
  }

  /** Shows `next` as soon as its media arrives; until then the last picture of the former source stays. */
  use(next: Source): void {
    if (this.current === next) return;
    this.pending = next;
    this.view?.repeat();
    if (!this.source || !next.media.muted) return this.show(next);
    const show = () => this.pending === next && this.show(next);
    next.media.addEventListener("unmute", show, { once: true });
    setTimeout(show, ARRIVAL_TIMEOUT_MS);
  }

  /** Empties the elements. */
  end(): void {
    for (const element of [...this.attached]) this.detach(element);
    this.source = this.pending = null;
  }

  private get current(): Source | null {
    return this.pending ?? this.source;
  }

  private show(next: Source): void {
    const before = this.source;
    this.source = next;
    this.pending = null;
    for (const element of this.attached) {
      if (before) this.elements.replace(element, before.media, next.media);
      else this.elements.add(element, next.media);
    }
  }
}
