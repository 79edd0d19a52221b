import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { MediaTrack } from "@sidelink/client/media";
import type { Device } from "../call/device-problem";
import type { KnownProblem } from "../messages";
import { OwnDevices, type PublishingCall } from "./own-devices";
import type { Found } from "./take-devices";

class FakeTrack {
  readyState = "live";
  muted = false;
  constructor(readonly kind: "audio" | "video", readonly settings: MediaTrackSettings = {}) {}
  getSettings = () => this.settings;
  stop = () => void (this.readyState = "ended");
}
const real = (track: FakeTrack) => track as unknown as MediaStreamTrack;

let done: string[];
let own: OwnDevices;
let camera: FakeTrack;
let microphone: FakeTrack;
/** What the browser gives, in order; a text is a problem. */
let given: (FakeTrack | KnownProblem)[];
let asked: MediaTrackConstraints[];
let local: Record<Device, Pick<MediaTrack, "muted"> | null>;
let failing: boolean;

beforeEach(() => {
  done = [];
  asked = [];
  given = [];
  failing = false;
  camera = new FakeTrack("video", { deviceId: "front", facingMode: "user" });
  microphone = new FakeTrack("audio", { deviceId: "built-in" });
  local = { camera: { muted: false }, microphone: { muted: false } };
  const call = {
    local,
    publish: async (device: Device, track: FakeTrack | null) => {
      done.push(`${device}: ${track ? track.settings.deviceId : "off"}`);
      if (failing) throw new Error("the call has ended");
      local[device] = track && { muted: local[device]?.muted ?? false };
    },
    setMuted: async (device: Device, muted: boolean) => {
      done.push(`${device}: ${muted ? "muted" : "unmuted"}`);
      local[device] = { muted };
    },
  } as unknown as PublishingCall;
  const take = async (device: Device, choice: MediaTrackConstraints = {}): Promise<Found> => {
    asked.push(choice);
    const next = given.shift() ?? `${device}Missing`;
    return typeof next === "string" ? { problems: [next] } : { [device]: real(next), problems: [] };
  };
  own = new OwnDevices(call, [real(microphone), real(camera)], take, () => {});
});

test("the camera that is turned off stops, and a new one is taken when it is turned on", async () => {
  await own.toggle("camera");
  assert.equal(camera.readyState, "ended");
  assert.equal(own.isOn("camera"), false);
  given = [new FakeTrack("video", { deviceId: "front" })];
  await own.toggle("camera");
  assert.deepEqual(done, ["camera: off", "camera: front"]);
});

test("the microphone is muted and stays open, because some browsers ask again for each one", async () => {
  await own.toggle("microphone");
  await own.toggle("microphone");
  assert.deepEqual([done, asked, microphone.readyState], [["microphone: muted", "microphone: unmuted"], [], "live"]);
});

test("a microphone that is chosen while muted is used when it is turned on", async () => {
  await own.toggle("microphone");
  await own.choose("microphone", "headset");
  assert.equal(own.deviceId("microphone"), "headset");
  given = [new FakeTrack("audio", { deviceId: "headset" })];
  await own.toggle("microphone");
  assert.deepEqual(done, ["microphone: muted", "microphone: headset", "microphone: unmuted"]);
  assert.deepEqual(asked, [{ deviceId: { exact: "headset" } }]);
});

test("the camera in use stops before the other one starts, and is started again where that fails", async () => {
  given = ["cameraFailed", new FakeTrack("video", { deviceId: "front", facingMode: "user" })];
  await own.flip();
  assert.deepEqual(asked, [{ facingMode: "environment" }, { facingMode: "user" }]);
  assert.deepEqual([camera.readyState, done, own.problem, own.facing], ["ended", ["camera: front"], null, "user"]);
});

test("after a flip the back camera is in use, and is the one that starts again", async () => {
  given = [new FakeTrack("video", { deviceId: "back", facingMode: "environment" })];
  await own.flip();
  assert.equal(own.facing, "environment");
});

test("a device that cannot be taken is off, and the problem is shown until the next action", async () => {
  await own.choose("camera", "gone");
  assert.deepEqual([done, own.problem, own.isOn("camera")], [["camera: off"], "cameraMissing", false]);
  await own.toggle("microphone");
  assert.equal(own.problem, null);
});

test("what the system ended is taken again when the page is visible, except what is off", async () => {
  await own.toggle("microphone");
  camera.readyState = microphone.readyState = "ended";
  given = [new FakeTrack("video", { deviceId: "front" })];
  await own.restore();
  assert.deepEqual(done, ["microphone: muted", "camera: front"]);
});

test("a track that the call does not take stops", async () => {
  failing = true;
  const late = new FakeTrack("video", { deviceId: "usb" });
  given = [late];
  await own.choose("camera", "usb");
  assert.deepEqual([late.readyState, own.problem], ["ended", "cameraFailed"]);
});

test("a track that arrives after the call stops", async () => {
  const late = new FakeTrack("video", { deviceId: "usb" });
  given = [late];
  own.close();
  await own.choose("camera", "usb");
  assert.deepEqual([late.readyState, done], ["ended", []]);
});
