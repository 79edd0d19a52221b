import assert from "node:assert/strict";
import { test } from "node:test";
import { readSupport } from "./browser-support.js";
import { missingOf, supportsTunnel } from "./support.js";
import type { Scope } from "./tunnel/codec-support.js";

const names = (...list: string[]) => Object.fromEntries(list.map((name) => [name, class {}]));
/** Coders of WebCodecs. They support what `supports` says of a codec. */
const coders = (list: readonly string[], supports = (_codec: string): boolean => true) =>
  Object.fromEntries(list.map((name) => [name, class {
    static async isConfigSupported({ codec }: { codec: string }) {
      return { supported: supports(codec) };
    }
  }]));
const EVERYWHERE = { ...names("WebSocket", "AudioWorkletNode", "RTCPeerConnection"), WebAssembly };
const VIDEO = { ...coders(["VideoEncoder", "VideoDecoder"]), ...names("VideoFrame") };
const AUDIO = { ...coders(["AudioEncoder", "AudioDecoder"]), ...names("AudioData") };
const CHROMIUM = { ...EVERYWHERE, ...VIDEO, ...AUDIO, ...names("MediaStreamTrackProcessor", "MediaStreamTrackGenerator") };
const ELEMENTS = {
  HTMLVideoElement: class { requestVideoFrameCallback() {} },
  HTMLCanvasElement: class { captureStream() {} },
};
const SAFARI_26 = { ...EVERYWHERE, ...VIDEO, ...AUDIO, ...ELEMENTS };
const SAFARI_17 = { ...EVERYWHERE, ...VIDEO, ...ELEMENTS };
const FIREFOX_ANDROID = { ...EVERYWHERE, ...ELEMENTS };
/** A Content-Security-Policy without `wasm-unsafe-eval`. */
const WITHOUT_WASM = {
  WebAssembly: {
    Module: class {
      constructor() {
        throw new Error("refused");
      }
    },
  },
};

const read = (scope: object) => readSupport(scope as Scope);
const missing = async (scope: object) => missingOf(await read(scope));

test("Chromium and Safari 26 lack nothing", async () => {
  assert.deepEqual(await missing(CHROMIUM), []);
  assert.deepEqual(await missing(SAFARI_26), []);
});

test("Safari before 26 has sound by WebAssembly", async () => {
  assert.deepEqual(await missing(SAFARI_17), []);
});

test("a page whose policy forbids WebAssembly has no sound there", async () => {
  const support = await read({ ...SAFARI_17, ...WITHOUT_WASM });
  assert.deepEqual(missingOf(support), ["send_audio", "receive_audio"]);
  assert.ok(supportsTunnel(support));
});

test("WebAssembly is not asked for where WebCodecs have Opus", async () => {
  let asked = 0;
  const WebAssembly = {
    get Module() {
      asked += 1;
      return globalThis.WebAssembly.Module;
    },
  };
  assert.deepEqual(await missing({ ...CHROMIUM, WebAssembly }), []);
  assert.equal(asked, 0);
});

test("Firefox for Android has sound and no video", async () => {
  const support = await read(FIREFOX_ANDROID);
  assert.deepEqual(missingOf(support), ["send_video", "receive_video"]);
  assert.ok(supportsTunnel(support) && support.webrtc);
});

test("a browser that encodes no video receives it", async () => {
  const { VideoEncoder: _, ...scope } = CHROMIUM as Record<string, unknown>;
  assert.deepEqual(await missing(scope), ["send_video"]);
});

test("a coder without the tunnel's codecs is of no use", async () => {
  const scope = { ...CHROMIUM, ...coders(["VideoEncoder", "VideoDecoder"], (codec) => codec === "vp09"), ...coders(["AudioEncoder"], () => false), ...WITHOUT_WASM };
  assert.deepEqual(await missing(scope), ["send_video", "send_audio", "receive_video"]);
});

test("a browser without WebCodecs and WebAssembly has no tunnel rung", async () => {
  const support = await read({ ...FIREFOX_ANDROID, WebAssembly: undefined });
  assert.ok(!supportsTunnel(support) && support.webrtc);
});
