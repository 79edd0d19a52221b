import { isThisMachine, onAbort } from "../runtime-config/attention.js";
import { SwitchingCall } from "./call/call.js";
import { missingOf, type Support } from "./support.js";
import type { Transport, TransportEnd, TransportEvents } from "./transport.js";
import type { ConnectOptions, EndReason, MediaCall, Rung } from "./types.js";
import { canUse, type Way, type Ways } from "./ways.js";

export const ALL_RUNGS: readonly Rung[] = ["lan", "direct", "turn", "tunnel"];

/** Ends that another rung does not change. */
const FINAL: ReadonlySet<TransportEnd> = new Set(["left", "replaced", "removed", "room_closed", "expired"]);

const otherOf = (way: Way): Way => (way === "tunnel" ? "webrtc" : "tunnel");

/** Chooses what carries the call: first what works at once, then what is better, and back when that fails. */
export class Ladder {
  private readonly call = new SwitchingCall(() => this.end("left"));
  private readonly rungs: readonly Rung[];
  private readonly over = new AbortController();
  livekitUrl: string;
  token: string;
  /** Carries the call now. */
  current: Transport | null = null;
  /** Connects while `current` carries the call, or while nothing does. */
  private next: Transport | null = null;
  private failed: Partial<Record<Way, TransportEnd>> = {};
  private isProbing = false;
  private hasRenewed = false;
  private wasConnected = false;

  constructor(private readonly options: ConnectOptions, private readonly support: Support, private readonly ways: Ways) {
    this.rungs = options.rungs ?? ALL_RUNGS;
    ({ livekitUrl: this.livekitUrl, token: this.token } = options);
  }

  start(): MediaCall {
    const { call, options } = this;
    for (const track of options.tracks ?? []) call.local.publish(track.kind === "audio" ? "microphone" : "camera", track);
    const way = this.first();
    if (way !== "webrtc") call.missing = missingOf(this.support);
    // The app adds its listeners first.
    setTimeout(() => {
      if (options.signal) onAbort(options.signal, () => this.end("left"), this.over.signal);
      if (way) void this.join(way);
      else this.end("failed");
    }, 0);
    // Another network may have a better rung.
    globalThis.addEventListener?.("online", () => void this.improve(), { signal: this.over.signal });
    return call;
  }

  /** What begins: the tunnel, which always works, unless WebRTC worked from this network before. */
  private first(): Way | null {
    const { knownPath } = this.options;
    const isKnown = knownPath != null && this.rungs.includes(knownPath);
    const ways: Way[] = isKnown ? ["webrtc", "tunnel"] : ["tunnel", "webrtc"];
    return ways.find((way) => this.can(way)) ?? null;
  }

  private get isOver(): boolean {
    return this.over.signal.aborted;
  }

  private can(way: Way): boolean {
    // LiveKit on this machine is reached directly, and a move there would interrupt the others' picture.
    const isDirect = isThisMachine(new URL(this.livekitUrl).hostname);
    return !(way === "tunnel" && isDirect) && canUse(way, this.support, this.rungs);
  }

  private async join(way: Way): Promise<void> {
    if (this.isOver) return;
    let transport: Transport | null = null;
    const events: TransportEvents = {
      change: () => transport && this.changed(way, transport),
      data: (message) => transport === this.current && this.call.emitData(message),
      ended: (reason) => this.ended(way, transport, reason),
    };
    const { livekitUrl, token } = this;
    const { directAddress, otherUrls, iceServers } = this.options;
    const patient = this.wasConnected || !this.can(otherOf(way));
    try {
      transport = await this.ways[way]({ livekitUrl, token, otherUrls, directAddress, iceServers, local: this.call.local.sources, patient, follow: this.follow(), events });
    } catch {
      return this.fall(way, "unavailable");
    }
    if (this.isOver) return transport.close();
    this.next = transport;
    this.changed(way, transport);
  }

  /** Notes the new address for later joins. */
  private follow() {
    const { follow } = this.options;
    if (!follow) return null;
    const onMoved: typeof follow.onMoved = (moved) => {
      this.livekitUrl = moved.livekitUrl;
      follow.onMoved(moved);
    };
    return { ...follow, onMoved };
  }

  private changed(way: Way, transport: Transport): void {
    if (transport === this.next && transport.state === "connected") this.adopt(way, transport);
    else if (transport === this.current) this.call.update();
  }

  private adopt(way: Way, transport: Transport): void {
    const before = this.current;
    this.current = transport;
    this.next = null;
    this.failed = {};
    this.wasConnected = true;
    this.hasRenewed = false;
    this.call.missing = way === "tunnel" ? missingOf(this.support) : [];
    this.call.use(transport);
    before?.close();
    for (const kind of ["microphone", "camera"] as const) {
      const { track, muted } = this.call.local.sources[kind];
      void transport.publish(kind, track).then(() => transport.setMuted(kind, muted)).catch(() => undefined);
    }
    if (way === "tunnel") void this.improve();
  }

  /** Looks for a better rung while the tunnel carries the call, and moves the call to it. */
  private async improve(): Promise<void> {
    const { probeToken, directAddress, iceServers } = this.options;
    if (!probeToken || this.isProbing || this.current?.rung !== "tunnel" || !this.can("webrtc")) return;
    this.isProbing = true;
    const { livekitUrl, rungs } = this;
    const path = await this.ways.probe({ livekitUrl, token: probeToken, directAddress, iceServers, rungs, signal: this.over.signal }).catch(() => null);
    if (path && !this.next && this.current?.rung === "tunnel") await this.join("webrtc");
    this.isProbing = false;
  }

  private ended(way: Way, transport: Transport | null, reason: TransportEnd): void {
    if (this.isOver) return;
    if (transport === this.current) {
      this.current = null;
      // The better rung has taken over the identity; what it shows comes when it is connected.
      if (this.next) return;
    } else if (transport === this.next) {
      this.next = null;
      // The better rung failed before it took over the identity.
      if (this.current) return;
    } else {
      return;
    }
    this.fall(way, reason);
  }

  /** Nothing carries the call: tries a new token, or the other way if that has not failed too. */
  private fall(way: Way, reason: TransportEnd): void {
    if (reason === "expired" && this.wasConnected && !this.hasRenewed && this.options.follow?.freshToken) return void this.renew(way);
    this.failed[way] = reason;
    const other = otherOf(way);
    if (FINAL.has(reason) || this.failed[other] || !this.can(other)) return this.end(this.reasonOf(reason));
    this.call.use(null);
    void this.join(other);
  }

  private async renew(way: Way): Promise<void> {
    this.hasRenewed = true;
    this.call.use(null);
    const { livekitUrl } = this;
    const publicUrl = new URL(livekitUrl).origin.replace(/^ws/, "http");
    this.token = await this.options.follow!.freshToken!({ publicUrl, livekitUrl }).catch(() => this.token);
    await this.join(way);
  }

  private reasonOf(last: TransportEnd): EndReason {
    if (FINAL.has(last)) return last as EndReason;
    const reasons = Object.values(this.failed);
    return (["full", "server_unreachable"] as const).find((reason) => reasons.includes(reason)) ?? "failed";
  }

  private end(reason: EndReason): void {
    if (this.isOver) return;
    this.over.abort();
    this.current?.close();
    this.next?.close();
    this.call.end(reason);
  }
}
