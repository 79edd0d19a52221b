import type { MediaCall } from "@sidelink/client/media";
import type { Device } from "../call/device-problem";
import type { KnownProblem } from "../messages";
import type { Found } from "./take-devices";

/** The part of a call that is used. */
export type PublishingCall = Pick<MediaCall, "local" | "publish" | "setMuted">;
export type Take = (device: Device, choice?: MediaTrackConstraints) => Promise<Found>;

/** Camera and microphone of a call: turned on and off, exchanged, and taken again when the system has ended them. */
export class OwnDevices {
  /** Why the last action failed. */
  problem: KnownProblem | null = null;
  private readonly tracks: Partial<Record<Device, MediaStreamTrack>> = {};
  private readonly chosen: Partial<Record<Device, string>> = {};
  private busy = false;
  private closed = false;

  constructor(
    private readonly call: PublishingCall,
    tracks: readonly MediaStreamTrack[],
    private readonly take: Take,
    private readonly onChange: () => void,
  ) {
    for (const track of tracks) this.tracks[track.kind === "video" ? "camera" : "microphone"] = track;
  }

  isOn(device: Device): boolean {
    return this.call.local[device]?.muted === false;
  }

  /** Returns the device in use, or the one that will be. */
  deviceId(device: Device): string | undefined {
    return this.chosen[device] ?? this.tracks[device]?.getSettings().deviceId;
  }

  get facing(): "user" | "environment" {
    return this.tracks.camera?.getSettings().facingMode === "environment" ? "environment" : "user";
  }

  toggle(device: Device): Promise<void> {
    return this.alone(device, () => (this.isOn(device) ? this.turnOff(device) : this.turnOn(device)));
  }

  /** A device that is off is used when it is turned on. */
  choose(device: Device, deviceId: string): Promise<void> {
    const before = this.choice(device);
    this.chosen[device] = deviceId;
    return this.alone(device, async () => {
      if (this.isOn(device)) await this.exchange(device, this.choice(device), before);
    });
  }

  /** Switches between front and back camera. */
  flip(): Promise<void> {
    delete this.chosen.camera;
    const now = this.facing;
    const other = now === "user" ? "environment" : "user";
    return this.alone("camera", () => this.exchange("camera", { facingMode: other }, { facingMode: now }));
  }

  /** Takes again what the system ended, e.g. during a phone call. To be called when the page is visible again. */
  async restore(): Promise<void> {
    for (const device of ["camera", "microphone"] as const) {
      const track = this.tracks[device];
      if (!track || !this.isOn(device) || (track.readyState === "live" && !track.muted)) continue;
      await this.alone(device, () => this.exchange(device, this.choice(device)));
    }
  }

  /** Without a call, a device that arrives late is stopped. */
  close(closed = true): void {
    this.closed = closed;
  }

  private async turnOff(device: Device): Promise<void> {
    if (device === "microphone") return this.call.setMuted(device, true);
    await this.call.publish(device, null);
    this.tracks[device]?.stop(); // the camera's light goes off
    delete this.tracks[device];
  }

  private async turnOn(device: Device): Promise<void> {
    const track = this.tracks[device];
    const isUsable = track?.readyState === "live" && track.getSettings().deviceId === this.deviceId(device);
    if (!isUsable || !this.call.local[device]) await this.exchange(device, this.choice(device));
    if (this.call.local[device]?.muted) await this.call.setMuted(device, false);
  }

  // A phone runs only one camera, so the one in use ends first. Where the wanted one fails, it is started again.
  private async exchange(device: Device, wanted: MediaTrackConstraints, otherwise?: MediaTrackConstraints): Promise<void> {
    this.tracks[device]?.stop();
    let found = await this.take(device, wanted);
    if (!found[device] && otherwise) found = await this.take(device, otherwise);
    const track = found[device];
    if (this.closed) return track?.stop();
    this.problem = found.problems[0] ?? null;
    this.tracks[device] = track;
    await this.call.publish(device, track ?? null).catch((error: unknown) => {
      track?.stop();
      throw error;
    });
  }

  private choice(device: Device): MediaTrackConstraints {
    const id = this.chosen[device];
    if (id !== undefined) return { deviceId: { exact: id } };
    return device === "camera" ? { facingMode: this.facing } : {};
  }

  /** Ignores what is clicked while another action runs. */
  private async alone(device: Device, act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    await act().catch(() => void (this.problem = `${device}Failed`));
    this.busy = false;
    this.onChange();
  }
}
