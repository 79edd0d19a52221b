import assert from "node:assert/strict";
import { test } from "node:test";
import { loadWasmOpus } from "./wasm-opus.js";

const RATE = 48_000;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A second of a tone in blocks of 10 ms, as Chromium's processor gives it. */
function tone(hertz: number, sampleRate = RATE): Float32Array<ArrayBuffer>[] {
  const length = sampleRate / 100;
  return Array.from({ length: 100 }, (_, block) => Float32Array.from({ length }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * (block * length + i)) / sampleRate)));
}

async function encoded(blocks: readonly Float32Array<ArrayBuffer>[], sampleRate = RATE) {
  const packets: { packet: Uint8Array<ArrayBuffer>; timestamp: number }[] = [];
  const encoder = (await loadWasmOpus()).encoder((packet, timestamp) => packets.push({ packet, timestamp }));
  await settled();
  blocks.forEach((samples, block) => encoder.encode(samples, sampleRate, block * 10_000));
  encoder.close();
  return packets;
}

async function decoded(packets: readonly Uint8Array<ArrayBuffer>[]): Promise<Float32Array> {
  const sound: Float32Array[] = [];
  const decoder = (await loadWasmOpus()).decoder((samples) => sound.push(samples));
  await settled();
  for (const packet of packets) decoder.decode(packet, 0);
  decoder.close();
  return Float32Array.from(sound.flatMap((samples) => [...samples]));
}

/** Rises through zero in the second half, where the codec has settled, doubled: hertz. */
function hertzOf(sound: Float32Array): number {
  let rises = 0;
  for (let i = RATE / 2; i < sound.length; i += 1) if (sound[i - 1]! < 0 && sound[i]! >= 0) rises += 1;
  return rises * 2;
}

for (const sampleRate of [48_000, 44_100]) {
  test(`a tone of ${sampleRate} Hz is the same tone after encoding and decoding`, async () => {
    const packets = await encoded(tone(440, sampleRate), sampleRate);
    const sound = await decoded(packets.map(({ packet }) => packet));
    const loudness = Math.sqrt(sound.subarray(RATE / 2).reduce((sum, sample) => sum + sample * sample, 0) / (sound.length - RATE / 2));
    assert.ok(Math.abs(hertzOf(sound) - 440) <= 20, `${hertzOf(sound)} Hz`);
    assert.ok(Math.abs(loudness - 0.35) < 0.05, `${loudness}`);
  });
}

test("packets have 20 ms, the time of their first sample, and 24 to 40 kbit/s", async () => {
  const packets = await encoded(tone(440));
  assert.deepEqual(packets.slice(0, 3).map(({ timestamp }) => timestamp), [0, 20_000, 40_000]);
  const bits = packets.reduce((sum, { packet }) => sum + packet.byteLength * 8, 0);
  assert.equal(packets.length, 50);
  assert.ok(bits > 24_000 && bits < 40_000, `${bits} bit/s`);
  const sound = await decoded([packets[0]!.packet]);
  assert.equal(sound.length, 960);
});

test("what is not Opus is left out, and the next packet plays", async () => {
  const [first] = await encoded(tone(440));
  const sound = await decoded([new Uint8Array(0), new Uint8Array([3, 255, 255, 255]), first!.packet]);
  assert.equal(sound.length, 960);
});

test("nothing is encoded or decoded after the end", async () => {
  const codec = await loadWasmOpus();
  const encoder = codec.encoder(() => assert.fail("a packet"));
  const decoder = codec.decoder(() => assert.fail("sound"));
  encoder.close();
  decoder.close();
  await settled();
  encoder.encode(new Float32Array(960), RATE, 0);
  decoder.decode(new Uint8Array([0xf8, 0xff, 0xfe]), 0);
});
