import type { Size } from "./port.js";

/** Chromium's encoders scale, measured. Others may refuse a frame of another size, and ignore a frame's rotation. */
const encoderScales = (): boolean => "userAgentData" in navigator;

/** Gives frames the size to encode and a timestamp of the shared clock. */
export class Scaler {
  private canvas: OffscreenCanvas | null = null;

  /** Returns a new frame; the given one stays open. */
  scale(frame: VideoFrame, size: Size, timestamp: number): VideoFrame {
    const fits = frame.displayWidth === size.width && frame.displayHeight === size.height && !hasRotation(frame);
    if (fits || (encoderScales() && !hasRotation(frame)) || typeof OffscreenCanvas === "undefined") return new VideoFrame(frame, { timestamp });
    this.canvas ??= new OffscreenCanvas(size.width, size.height);
    if (this.canvas.width !== size.width) this.canvas.width = size.width;
    if (this.canvas.height !== size.height) this.canvas.height = size.height;
    this.canvas.getContext("2d", { alpha: false })!.drawImage(frame, 0, 0, size.width, size.height);
    return new VideoFrame(this.canvas, { timestamp });
  }
}

function hasRotation(frame: VideoFrame): boolean {
  return ((frame as { rotation?: number }).rotation ?? 0) !== 0;
}
