import type { LocalKind, Transport } from "../transport.js";
import type { CallEvents, CallState, EndReason, MediaCall, Missing, Participant } from "../types.js";
import { Elements } from "./elements.js";
import { Self } from "./local.js";
import { Tile } from "./tile.js";

/** A participant who changes the rung leaves and comes back. The tile waits this long for it. */
const ABSENCE_MS = 2_500;
const MAX_DATA_BYTES = 15_000;
const MAX_TOPIC_BYTES = 256;

type Listeners = { [E in keyof CallEvents]: Set<CallEvents[E]> };

/** A call whose transport can be replaced while participants, tracks and elements stay. */
export class SwitchingCall implements MediaCall {
  endReason: EndReason | null = null;
  missing: readonly Missing[] = [];
  readonly local: Self;
  private transport: Transport | null = null;
  private wasConnected = false;
  /** Stays while a new transport does not know its own yet. */
  private lastRung: MediaCall["rung"] = null;
  private readonly tiles = new Map<string, Tile>();
  private readonly absent = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly elements = new Elements(() => this.changed());
  private readonly listeners: Listeners = { change: new Set(), data: new Set(), ended: new Set() };
  private isScheduled = false;

  /** `onLeave`: the app ends the call. */
  constructor(private readonly onLeave: () => void) {
    this.local = new Self(this.elements);
  }

  get state(): CallState {
    if (this.endReason) return "ended";
    if (this.transport?.state === "connected") return "connected";
    return this.wasConnected ? "reconnecting" : "connecting";
  }

  get rung(): MediaCall["rung"] {
    return this.lastRung;
  }

  get participants(): readonly Participant[] {
    return [...this.tiles.values()];
  }

  get silenced(): boolean {
    return this.endReason === null && (this.elements.areBlocked || (this.transport?.silenced ?? false));
  }

  get protocol(): MediaCall["protocol"] {
    return this.transport?.protocol ?? null;
  }

  get signalLost(): boolean {
    return this.transport?.signalLost ?? false;
  }

  get roundTripMs(): number | null {
    return this.transport?.roundTripMs ?? null;
  }

  on<E extends keyof CallEvents>(event: E, listener: CallEvents[E]): () => void {
    this.listeners[event].add(listener);
    return () => void this.listeners[event].delete(listener);
  }

  async publish(kind: LocalKind, track: MediaStreamTrack | null): Promise<void> {
    if (this.endReason) return track?.stop();
    const before = this.transport;
    this.local.publish(kind, track);
    this.changed();
    await before?.publish(kind, track);
  }

  async setMuted(kind: LocalKind, muted: boolean): Promise<void> {
    this.local.setMuted(kind, muted);
    this.changed();
    await this.transport?.setMuted(kind, muted);
  }

  async sendData(payload: Uint8Array, { topic = "", reliable = true }: { topic?: string; reliable?: boolean } = {}): Promise<void> {
    if (payload.byteLength > MAX_DATA_BYTES) throw new RangeError(`Data was not sent: ${payload.byteLength} bytes are more than ${MAX_DATA_BYTES}. Split it.`);
    if (new TextEncoder().encode(topic).length > MAX_TOPIC_BYTES) throw new RangeError(`Data was not sent: its topic is longer than ${MAX_TOPIC_BYTES} bytes. Shorten it.`);
    if (!this.transport) throw new Error("Data was not sent: the call is not connected. Wait for the state \"connected\".");
    await this.transport.sendData(payload, topic, reliable);
  }

  async startSound(): Promise<void> {
    this.elements.playAll();
    await this.transport?.startSound();
    this.changed();
  }

  setSpeaker(deviceId: string): Promise<void> {
    return this.elements.setSpeaker(deviceId);
  }

  leave(): void {
    this.onLeave();
  }

  /** Shows the participants of `transport` from now on, and keeps those of the former one until they are announced. */
  use(transport: Transport | null): void {
    this.transport = transport;
    this.update();
  }

  /** Reads the transport again. */
  update(): void {
    const { transport } = this;
    if (this.endReason) return;
    if (transport && transport.state !== "connecting") this.read(transport);
    this.changed();
  }

  /** Passes a message to the app. */
  emitData(message: Parameters<CallEvents["data"]>[0]): void {
    for (const listener of this.listeners.data) listener(message);
  }

  end(reason: EndReason): void {
    if (this.endReason) return;
    this.endReason = reason;
    this.transport = null;
    for (const timer of this.absent.values()) clearTimeout(timer);
    for (const tile of this.tiles.values()) tile.end();
    this.tiles.clear();
    this.local.end();
    this.elements.clear();
    for (const listener of this.listeners.change) listener();
    for (const listener of this.listeners.ended) listener(reason);
  }

  private read(transport: Transport): void {
    this.wasConnected = true;
    this.lastRung = transport.rung ?? this.lastRung;
    Object.assign(this.local, transport.self);
    for (const person of transport.people.values()) {
      this.returns(person.identity);
      let tile = this.tiles.get(person.identity);
      if (!tile) this.tiles.set(person.identity, (tile = new Tile(person.identity, this.elements, () => this.changed())));
      tile.update(person);
    }
    for (const identity of this.tiles.keys()) if (!transport.people.has(identity)) this.isAbsent(identity);
  }

  private isAbsent(identity: string): void {
    if (this.absent.has(identity)) return;
    const remove = () => {
      this.absent.delete(identity);
      this.tiles.get(identity)?.end();
      this.tiles.delete(identity);
      this.changed();
    };
    this.absent.set(identity, setTimeout(remove, ABSENCE_MS));
  }

  private returns(identity: string): void {
    clearTimeout(this.absent.get(identity));
    this.absent.delete(identity);
  }

  /** Several changes of one task are one event. */
  private changed(): void {
    if (this.isScheduled || this.endReason) return;
    this.isScheduled = true;
    queueMicrotask(() => {
      this.isScheduled = false;
      if (!this.endReason) for (const listener of this.listeners.change) listener();
    });
  }
}
