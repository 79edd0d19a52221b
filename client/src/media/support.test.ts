import assert from "node:assert/strict";
import { test } from "node:test";
import { missingOf, readSupport, supportsTunnel } from "./support.js";

const names = (...list: string[]) => Object.fromEntries(list.map((name) => [name, class {}]));
const EVERYWHERE = names("WebSocket", "AudioWorkletNode", "RTCPeerConnection");
const VIDEO = names("VideoEncoder", "VideoDecoder", "VideoFrame");
const AUDIO = names("AudioEncoder", "AudioDecoder", "AudioData");
const CHROMIUM = { ...EVERYWHERE, ...VIDEO, ...AUDIO, ...names("MediaStreamTrackProcessor", "MediaStreamTrackGenerator") };
const ELEMENTS = {
  HTMLVideoElement: class { requestVideoFrameCallback() {} },
  HTMLCanvasElement: class { captureStream() {} },
};
const SAFARI_26 = { ...EVERYWHERE, ...VIDEO, ...AUDIO, ...ELEMENTS };
const SAFARI_17 = { ...EVERYWHERE, ...VIDEO, ...ELEMENTS };
const FIREFOX_ANDROID = { ...EVERYWHERE, ...ELEMENTS };

test("Chromium and Safari 26 lack nothing", () => {
  assert.deepEqual(missingOf(readSupport(CHROMIUM)), []);
  assert.deepEqual(missingOf(readSupport(SAFARI_26)), []);
});

test("Safari before 26 has video without sound", () => {
  const support = readSupport(SAFARI_17);
  assert.deepEqual(missingOf(support), ["send_audio", "receive_audio"]);
  assert.ok(supportsTunnel(support));
});

test("Firefox for Android has no tunnel rung", () => {
  const support = readSupport(FIREFOX_ANDROID);
  assert.deepEqual(missingOf(support), ["send_video", "send_audio", "receive_video", "receive_audio"]);
  assert.ok(!supportsTunnel(support) && support.webrtc);
});
