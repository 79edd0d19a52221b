export type FrameKind = "audio" | "camera" | "screen";

export interface FrameHeader {
  readonly kind: FrameKind;
  readonly key: boolean;
  /** Temporal layer, 0 to 7. */
  readonly layer: number;
  /** Down: the number from `track`. Up: the audio level in −dBov, 0 for video. */
  readonly trackOrLevel: number;
  /** Wraps after 32 bits. */
  readonly sequence: number;
  /** Capture time on the sender's clock, in microseconds. */
  readonly timestamp: number;
}

export interface Frame extends FrameHeader {
  /** Down: whether the next message of the track goes on with this frame. */
  readonly more: boolean;
  readonly body: Uint8Array<ArrayBuffer>;
}

export const HEADER_BYTES = 16;
export const MAX_FRAME_BYTES = 256 * 1024;

const KINDS: readonly FrameKind[] = ["audio", "camera", "screen"];
const KEY = 1;
const MORE = 2;

/** Returns a frame with `bodyBytes` free bytes after its header, so that an encoder's chunk is copied once. */
export function allocateFrame(header: FrameHeader, bodyBytes: number): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER_BYTES + bodyBytes);
  const view = new DataView(frame.buffer);
  view.setUint8(0, KINDS.indexOf(header.kind) + 1);
  view.setUint8(1, (header.key ? KEY : 0) | ((header.layer & 7) << 4));
  view.setUint16(2, header.trackOrLevel);
  view.setUint32(4, header.sequence >>> 0);
  view.setBigUint64(8, BigInt(Math.max(0, Math.round(header.timestamp))));
  return frame;
}

/** Returns null for what is not a frame of this protocol. The body shares the buffer's memory. */
export function readFrame(buffer: ArrayBuffer): Frame | null {
  if (buffer.byteLength <= HEADER_BYTES || buffer.byteLength > MAX_FRAME_BYTES) return null;
  const view = new DataView(buffer);
  const kind = KINDS[view.getUint8(0) - 1];
  if (!kind) return null;
  const flags = view.getUint8(1);
  return {
    kind,
    key: (flags & KEY) !== 0,
    more: (flags & MORE) !== 0,
    layer: (flags >> 4) & 7,
    trackOrLevel: view.getUint16(2),
    sequence: view.getUint32(4),
    timestamp: Number(view.getBigUint64(8)),
    body: new Uint8Array(buffer, HEADER_BYTES),
  };
}

interface Unfinished {
  readonly timestamp: number;
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
  readonly bytes: number;
}

/** Joins the parts in which large frames travel. */
export class FrameJoiner {
  private readonly unfinished = new Map<number, Unfinished>();

  /** Returns the frame that this message completes, null where more follows. The bridge may drop a frame's rest. */
  join(frame: Frame): Frame | null {
    const track = frame.trackOrLevel;
    const begun = this.unfinished.get(track);
    const before = begun?.timestamp === frame.timestamp ? begun : null;
    this.unfinished.delete(track);
    if (!before && !frame.more) return frame;
    const parts = [...(before?.parts ?? []), frame.body];
    const bytes = (before?.bytes ?? 0) + frame.body.byteLength;
    if (bytes > MAX_FRAME_BYTES) return null;
    if (!frame.more) return { ...frame, body: joined(parts, bytes) };
    this.unfinished.set(track, { timestamp: frame.timestamp, parts, bytes });
    return null;
  }
}

function joined(parts: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes);
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.byteLength;
  }
  return whole;
}
