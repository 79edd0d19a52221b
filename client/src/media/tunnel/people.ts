import type { Person, RemoteSource } from "../transport.js";
import type { TrackKind } from "../types.js";
import type { BridgeMessage, BridgeMessages } from "../wire/messages.js";
import type { Output } from "./playback.js";

interface Track {
  readonly identity: string;
  readonly kind: TrackKind;
  muted: boolean;
  output: Output | null;
  source: RemoteSource | null;
}

/** After a resumed socket the bridge announces everything again; what is not there after this time has ended meanwhile. */
const ANNOUNCE_MS = 1_500;

export interface Outputs {
  /** Makes the output of a new track. */
  open(id: number, isSound: boolean): Promise<Output>;
  view(id: number, view: { width: number; height: number; visible: boolean }): void;
}

/** The participants and tracks that the bridge has announced. */
export class People {
  readonly byIdentity = new Map<string, Person>();
  private readonly tracks = new Map<number, Track>();

  /** Identities, loudest first. */
  speakers: readonly string[] = [];
  /** What a resumed socket has not announced yet. */
  private unconfirmed = new Set<string | number>();

  constructor(private readonly outputs: Outputs, private readonly changed: () => void) {}

  read(message: BridgeMessage): void {
    switch (message.type) {
      case "joined":
        if (message.resumed) this.confirm();
        else this.clear();
        break;
      case "participant": {
        const person = this.person(message.identity);
        this.unconfirmed.delete(message.identity);
        person.name = message.name;
        person.attributes = message.attributes;
        break;
      }
      case "left":
        this.left(message.identity);
        break;
      case "track":
        this.track(message);
        break;
      case "ended":
        this.ended(message.track);
        break;
      case "muted":
        this.muted(message.track, message.muted);
        break;
      case "speakers":
        this.speakers = message.identities;
        for (const person of this.byIdentity.values()) person.speaking = message.identities.includes(person.identity);
        break;
      default:
        return;
    }
    this.changed();
  }

  draw(id: number, frame: VideoFrame): void {
    const draw = this.tracks.get(id)?.output?.draw;
    if (draw) draw(frame);
    else frame.close();
  }

  clear(): void {
    for (const id of [...this.tracks.keys()]) this.ended(id);
    this.byIdentity.clear();
  }

  private confirm(): void {
    const unconfirmed = (this.unconfirmed = new Set<string | number>([...this.byIdentity.keys(), ...this.tracks.keys()]));
    setTimeout(() => {
      if (this.unconfirmed !== unconfirmed || unconfirmed.size === 0) return;
      for (const gone of unconfirmed) typeof gone === "string" ? this.left(gone) : this.ended(gone);
      this.changed();
    }, ANNOUNCE_MS);
  }

  private person(identity: string): Person {
    let person = this.byIdentity.get(identity);
    if (!person) {
      person = { identity, name: "", attributes: {}, speaking: false, sources: new Map() };
      this.byIdentity.set(identity, person);
    }
    return person;
  }

  private track({ id, identity, kind, muted }: BridgeMessages["track"]): void {
    const known = this.tracks.get(id);
    this.unconfirmed.delete(id);
    if (known) return this.muted(id, muted);
    const track: Track = { identity, kind: kind === "audio" ? "microphone" : kind, muted, output: null, source: null };
    this.tracks.set(id, track);
    this.person(identity);
    void this.outputs.open(id, kind === "audio").then((output) => this.opened(id, track, output), () => undefined);
  }

  private opened(id: number, track: Track, output: Output): void {
    if (this.tracks.get(id) !== track) return output.close();
    track.output = output;
    track.source = { kind: track.kind, media: output.media, muted: track.muted, setView: (view) => this.outputs.view(id, view) };
    this.person(track.identity).sources.set(track.kind, track.source);
    this.changed();
  }

  private muted(id: number, muted: boolean): void {
    const track = this.tracks.get(id);
    if (!track) return;
    track.muted = muted;
    if (track.source) track.source.muted = muted;
  }

  private ended(id: number): void {
    const track = this.tracks.get(id);
    if (!track) return;
    this.tracks.delete(id);
    track.output?.close();
    const sources = this.byIdentity.get(track.identity)?.sources;
    if (track.source && sources?.get(track.kind) === track.source) sources.delete(track.kind);
  }

  private left(identity: string): void {
    for (const [id, track] of [...this.tracks]) if (track.identity === identity) this.ended(id);
    this.byIdentity.delete(identity);
  }
}
