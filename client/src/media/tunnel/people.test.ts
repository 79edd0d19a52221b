import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { People } from "./people.js";
import type { Output } from "./playback.js";

let people: People;
let closed: number[];
let views: number[];

const settled = () => new Promise((resolve) => setImmediate(resolve));
const output = (id: number): Output => ({ media: { id: String(id) } as MediaStreamTrack, close: () => closed.push(id) });

beforeEach(() => {
  [closed, views] = [[], []];
  people = new People({ open: async (id) => output(id), view: (id) => views.push(id) }, () => undefined);
  people.read({ type: "joined", identity: "me", name: "Me", resume: "r", resumed: false });
  people.read({ type: "participant", identity: "ada", name: "Ada", attributes: { role: "host" } });
  people.read({ type: "track", id: 1, identity: "ada", kind: "audio", muted: true });
  people.read({ type: "track", id: 2, identity: "ada", kind: "camera", muted: false });
});

const ada = () => people.byIdentity.get("ada")!;

test("a participant has the tracks that were announced", async () => {
  await settled();
  assert.deepEqual([...ada().sources.keys()], ["microphone", "camera"]);
  assert.equal(ada().sources.get("microphone")!.muted, true);
  assert.deepEqual(ada().attributes, { role: "host" });
  ada().sources.get("camera")!.setView({ width: 1, height: 1, visible: true });
  assert.deepEqual(views, [2]);
});

test("muting and speaking change what is there", async () => {
  await settled();
  people.read({ type: "muted", track: 1, muted: false });
  people.read({ type: "speakers", identities: ["ada", "me"] });
  assert.equal(ada().sources.get("microphone")!.muted, false);
  assert.equal(ada().speaking, true);
  assert.deepEqual(people.speakers, ["ada", "me"]);
});

test("a track that ends closes its output, also one that is still opening", async () => {
  people.read({ type: "ended", track: 1 });
  await settled();
  people.read({ type: "ended", track: 2 });
  assert.deepEqual(closed, [1, 2]);
  assert.equal(ada().sources.size, 0);
});

test("who leaves takes the tracks along", async () => {
  await settled();
  people.read({ type: "left", identity: "ada" });
  assert.deepEqual([closed, people.byIdentity.size], [[1, 2], 0]);
});

test("a resumed socket keeps everything, a new participant begins empty", async () => {
  await settled();
  const camera = ada().sources.get("camera");
  people.read({ type: "joined", identity: "me", name: "Me", resume: "r", resumed: true });
  people.read({ type: "track", id: 2, identity: "ada", kind: "camera", muted: true });
  assert.equal(ada().sources.get("camera"), camera);
  assert.equal(camera!.muted, true);
  people.read({ type: "joined", identity: "me", name: "Me", resume: "s", resumed: false });
  assert.equal(people.byIdentity.size, 0);
});

test("what a resumed socket does not announce has ended meanwhile", async (t) => {
  await settled();
  t.mock.timers.enable({ apis: ["setTimeout"] });
  people.read({ type: "participant", identity: "bob", name: "Bob", attributes: {} });
  people.read({ type: "joined", identity: "me", name: "Me", resume: "r", resumed: true });
  people.read({ type: "participant", identity: "ada", name: "Ada", attributes: {} });
  people.read({ type: "track", id: 1, identity: "ada", kind: "audio", muted: true });
  t.mock.timers.tick(1_500);
  assert.deepEqual([...people.byIdentity.keys()], ["ada"]);
  assert.deepEqual([...ada().sources.keys()], ["microphone"]);
});
