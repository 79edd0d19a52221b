import { AckedQueue } from "../flow/queue.js";
import { nextState, type LinkEvent, type LinkState } from "../state.js";
import { allocateFrame, FrameJoiner, HEADER_BYTES, MAX_FRAME_BYTES, readFrame, type Frame, type FrameHeader } from "../wire/frame.js";
import { readMessage, type BridgeMessage, type PageMessage } from "../wire/messages.js";

export type Hello = Omit<Extract<PageMessage, { type: "hello" }>, "type" | "resume">;

export interface LinkEvents {
  onMessage(message: BridgeMessage): void;
  onFrame(frame: Frame): void;
  onState(state: LinkState): void;
}

const SUBPROTOCOL = "sidelink-media.1";
/** The protocol asks for an ack 50 to 100 ms after a frame, and at least every 5 s. */
const ACK_AFTER_MS = 60;
const ACK_INTERVAL_MS = 4_000;
/** A socket on which nothing arrived for this long is lost. */
const SILENCE_MS = 15_000;
/** The bridge acknowledges every 5 s, so a phone that slept knows earlier that its socket is dead. */
const WAKE_SILENCE_MS = 6_500;
/** The bridge answers the hello within 10 s. */
const OPEN_TIMEOUT_MS = 12_000;
/** While there is another address to try. */
const OPEN_TIMEOUT_OF_SEVERAL_MS = 3_000;

/** The WebSocket to the bridge with its retries, acks and sequence numbers. */
export class Link {
  private state: LinkState = { kind: "idle" };
  private socket: WebSocket | null = null;
  /** What the other side has acknowledged of this socket. */
  queue = new AckedQueue();
  /** Bytes of media on all sockets. */
  bytesSent = 0;
  bytesReceived = 0;
  private joiner = new FrameJoiner();
  private sequence = 0;
  private received = 0;
  private lastArrival = 0;
  private lastFrame = 0;
  private ackTimer: ReturnType<typeof setTimeout> | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private upkeep: ReturnType<typeof setInterval> | undefined;

  /** `urls`: the bridge's address, and others of it for when that is lost. */
  constructor(private urls: readonly [string, ...string[]], private hello: Hello, private readonly events: LinkEvents) {}

  get isJoined(): boolean {
    return this.state.kind === "joined";
  }

  open(patient: boolean): void {
    this.dispatch({ kind: "open", patient });
  }

  /** The next socket uses another address and token. */
  move(url: string, token: string): void {
    this.urls = [url, ...this.urls.filter((other) => other !== url)];
    this.hello = { ...this.hello, token };
  }

  /** Retries at once, or checks whether the socket is still alive. */
  wake(): void {
    clearTimeout(this.retryTimer);
    this.dispatch({ kind: "retry" });
    if (this.isJoined) this.endSilence(WAKE_SILENCE_MS);
  }

  send(message: PageMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Sends an encoded frame; drops it while the participant is not in the room. */
  sendFrame(header: Omit<FrameHeader, "sequence">, bytes: number, copyTo: (body: Uint8Array<ArrayBuffer>) => void): void {
    if (!this.isJoined || !this.socket || bytes + HEADER_BYTES > MAX_FRAME_BYTES) return;
    const frame = allocateFrame({ ...header, sequence: this.sequence++ }, bytes);
    copyTo(frame.subarray(HEADER_BYTES));
    this.socket.send(frame);
    this.queue.sent(frame.byteLength, performance.now());
    this.bytesSent += frame.byteLength;
  }

  bye(): void {
    this.send({ type: "bye" });
    this.dispatch({ kind: "bye" });
  }

  private dispatch(event: LinkEvent): void {
    const before = this.state;
    this.state = nextState(before, event);
    if (this.state === before) return;
    if (before.kind === "opening" && this.state.kind === "lost") this.tryNextAddress();
    if (this.state.kind === "opening") this.connect(this.state.resume);
    if (this.state.kind === "lost") this.retryTimer = setTimeout(() => this.dispatch({ kind: "retry" }), this.state.retryInMs);
    if (this.state.kind === "lost" || this.state.kind === "ended") this.drop();
    if (this.state.kind === "ended") clearTimeout(this.retryTimer);
    this.events.onState(this.state);
  }

  private tryNextAddress(): void {
    const [failed, ...others] = this.urls;
    if (others[0] !== undefined) this.urls = [others[0], ...others.slice(1), failed];
  }

  private connect(resume: string | null): void {
    const socket = new WebSocket(this.urls[0], SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.queue = new AckedQueue();
    this.joiner = new FrameJoiner();
    this.sequence = 0;
    this.received = 0;
    this.lastArrival = performance.now();
    this.upkeep = setInterval(() => this.keepUp(), ACK_INTERVAL_MS);
    socket.onopen = () => this.send({ type: "hello", ...this.hello, ...(resume !== null && { resume }) });
    socket.onmessage = ({ data }) => socket === this.socket && this.arrived(data);
    socket.onclose = ({ code, reason }) => socket === this.socket && this.dispatch({ kind: "closed", code, reason });
  }

  private arrived(data: string | ArrayBuffer): void {
    this.lastArrival = performance.now();
    if (typeof data === "string") return this.read(data);
    this.received += data.byteLength;
    this.bytesReceived += data.byteLength;
    this.lastFrame = this.lastArrival;
    this.ackTimer ??= setTimeout(() => this.acknowledge(), ACK_AFTER_MS);
    const part = readFrame(data);
    const frame = part && this.joiner.join(part);
    if (frame) this.events.onFrame(frame);
  }

  private read(text: string): void {
    const message = readMessage(text);
    if (!message) return;
    if (message.type === "ack") return this.queue.acked(message.bytes, performance.now());
    this.events.onMessage(message);
    if (message.type === "joined") this.dispatch({ kind: "joined", resume: message.resume });
    if (message.type === "leave") this.dispatch({ kind: "leave", reason: message.reason, again: message.again });
  }

  private acknowledge(): void {
    clearTimeout(this.ackTimer);
    this.ackTimer = undefined;
    this.send({ type: "ack", bytes: this.received, at: Math.round(this.lastFrame) });
  }

  private keepUp(): void {
    const timeout = this.urls.length > 1 ? OPEN_TIMEOUT_OF_SEVERAL_MS : OPEN_TIMEOUT_MS;
    if (!this.endSilence(this.isJoined ? SILENCE_MS : timeout)) this.acknowledge();
  }

  /** Gives the socket up after this long without a message. */
  private endSilence(limit: number): boolean {
    const isDead = performance.now() - this.lastArrival > limit;
    if (isDead) this.dispatch({ kind: "closed", code: 1006, reason: "" });
    return isDead;
  }

  private drop(): void {
    clearTimeout(this.ackTimer);
    clearInterval(this.upkeep);
    this.ackTimer = undefined;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}
