import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { stubGlobal } from "../../browser.js";
import { Playout } from "../flow/jitter.js";
import type { Frame } from "../wire/frame.js";
import { VideoReceiver } from "./video-receiver.js";

interface Init {
  output(frame: VideoFrame): void;
  error(): void;
}

let decoders: FakeDecoder[];
let open: Set<number>;

class FakeDecoder {
  state = "unconfigured";
  decodeQueueSize = 0;
  codec = "";
  readonly decoded: string[] = [];
  constructor(readonly init: Init) {
    decoders.push(this);
  }
  configure({ codec }: { codec: string }) {
    [this.state, this.codec] = ["configured", codec];
  }
  decode({ type, timestamp }: { type: string; timestamp: number }) {
    this.decoded.push(`${type} ${timestamp}`);
    open.add(timestamp);
    this.init.output({ timestamp, close: () => open.delete(timestamp) } as unknown as VideoFrame);
  }
  close() {
    this.state = "closed";
  }
}
stubGlobal("VideoDecoder", FakeDecoder);
stubGlobal("EncodedVideoChunk", class { constructor(init: object) { Object.assign(this, init); } });

let due: number;
let shown: number[];
let requests: number;
let receiver: VideoReceiver;

beforeEach(() => {
  [decoders, open, shown, requests, due] = [[], new Set(), [], 0, -Infinity];
  const playout = { arrived: () => undefined, videoDue: () => due } as unknown as Playout;
  receiver = new VideoReceiver(playout, (frame) => shown.push(frame.timestamp), () => (requests += 1));
});

const frame = (timestamp: number, key = false): Frame =>
  ({ kind: "camera", key, more: false, layer: 0, trackOrLevel: 1, sequence: 0, timestamp, body: new Uint8Array(1) });

test("nothing is decoded before a key frame, which is requested once a second", () => {
  for (const timestamp of [1, 2, 3]) receiver.receive(frame(timestamp));
  assert.deepEqual([decoders.length, requests], [0, 1]);
  receiver.receive(frame(4, true));
  receiver.receive(frame(5));
  assert.deepEqual(decoders[0]!.decoded, ["key 4", "delta 5"]);
  assert.deepEqual(shown, [4, 5]);
});

test("after an interruption and after an error it waits for a key frame", () => {
  receiver.receive(frame(1, true));
  receiver.interrupt();
  receiver.receive(frame(2));
  receiver.receive(frame(3, true));
  decoders[0]!.init.error();
  receiver.receive(frame(4));
  receiver.receive(frame(5, true));
  assert.deepEqual(decoders.map(({ decoded }) => decoded), [["key 1", "key 3"], ["key 5"]]);
});

test("another codec gets another decoder", () => {
  receiver.receive(frame(1, true));
  receiver.setCodec("h264");
  receiver.receive(frame(2));
  receiver.receive(frame(3, true));
  assert.deepEqual(decoders.map(({ codec }) => codec), ["vp8", "avc1.42E01F"]);
});

test("a decoder that cannot keep up skips to the next key frame", () => {
  receiver.receive(frame(1, true));
  decoders[0]!.decodeQueueSize = 13;
  receiver.receive(frame(2));
  decoders[0]!.decodeQueueSize = 0;
  receiver.receive(frame(3));
  receiver.receive(frame(4, true));
  assert.deepEqual(decoders[0]!.decoded, ["key 1", "key 4"]);
});

test("pictures wait for their time; the oldest of too many are dropped, and all are closed at the end", () => {
  due = Infinity;
  for (let timestamp = 1; timestamp <= 8; timestamp += 1) receiver.receive(frame(timestamp, true));
  assert.deepEqual([shown, [...open]], [[], [3, 4, 5, 6, 7, 8]]);
  due = 0;
  receiver.receive(frame(9, true));
  assert.deepEqual([shown, [...open]], [[9], [9]]);
  receiver.close();
});

test("what is not due at the end is closed", () => {
  due = Infinity;
  receiver.receive(frame(1, true));
  receiver.close();
  assert.equal(open.size, 0);
});
