import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { FakeServer, type Reply } from "./fake-server.js";
import { followPreparing, LAYERS, INITIAL_PREPARING, readPreparing, type Preparing } from "./preparing.js";
import { backoff } from "./runtime-config/backoff.js";

const AT_ONCE = backoff(1, 5, 0.5);

/** A status where the first `done` layers work. */
function aStatus(sequence: number, done: number, phase = "preparing", state = "ok") {
  const awaited = LAYERS[done];
  return {
    sequence,
    phase,
    layers: LAYERS.map((layer, index) => ({ layer, state: index < done ? state : "waiting" })),
    awaiting: awaited ? { layer: awaited, message: `waiting for ${awaited}`, messagePt: `esperando ${awaited}` } : null,
  };
}

let server: FakeServer;
let changes: Preparing[];
let page: AbortController;

beforeEach(async () => {
  server = await FakeServer.start();
  changes = [];
  page = new AbortController();
});

afterEach(async () => {
  page.abort();
  await server.stop();
});

function follows(until: (now: Preparing) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const onChange = (now: Preparing) => {
      changes.push(now);
      if (until(now)) resolve();
    };
    followPreparing({ url: `${server.origin}/sidelink/status`, signal: page.signal, onChange, retry: AT_ONCE });
  });
}

/** Answers each in turn, then nothing more. */
function answers(...replies: Reply[]) {
  server.reply = () => replies.shift() ?? "silence";
}

test("follows the layers to the end", async () => {
  answers(
    { status: 200, body: aStatus(1, 3) },
    { status: 200, body: aStatus(2, 6) },
    { status: 200, body: aStatus(3, 13, "ready") },
  );
  await follows(({ phase }) => phase === "ready");
  assert.deepEqual(changes.map(({ layer, progress }) => [layer, progress]), [["tunnel", 3 / 13], ["tls", 6 / 13], [null, 1]]);
  assert.equal(changes[0]?.message("en"), "waiting for tunnel");
  assert.equal(changes[0]?.message("pt"), "esperando tunnel");
  assert.equal(changes[2]?.message("pt"), null);
  assert.deepEqual(server.received.map(({ path }) => path).slice(0, 2), ["/sidelink/status", "/sidelink/status?after=1&wait=25s"]);
});

test("does not repeat an unchanged status", async () => {
  answers({ status: 200, body: aStatus(1, 3) }, { status: 200, body: aStatus(1, 3) }, { status: 200, body: aStatus(2, 4) });
  await follows(({ layer }) => layer === "edge");
  assert.equal(changes.length, 2);
});

test("continues after invalid answers, and asks for the whole status", async () => {
  answers(
    { status: 200, body: aStatus(7, 3) },
    { status: 502, body: "<html>" },
    { status: 200, body: "<html>" },
    { status: 200, body: { sequence: 8 } },
    { status: 200, body: aStatus(1, 4) },
  );
  await follows(({ layer }) => layer === "edge");
  assert.equal(server.received.at(4)?.path, "/sidelink/status");
});

test("without Sidelink the phase is ready, and no more requests are sent", async () => {
  answers({ status: 404 });
  await follows(({ phase }) => phase === "ready");
  assert.deepEqual([changes.length, changes[0]?.progress, server.received.length], [1, 1, 1]);
});

test("progress does not fall before ready, and starts again after it", () => {
  const at = (done: number, before: Preparing, phase?: string) => readPreparing(aStatus(1, done, phase), before)!.now;
  const far = at(6, INITIAL_PREPARING);
  const back = at(2, far);
  assert.deepEqual([back.layer, back.progress], ["gateway", 6 / 13]);
  const again = at(2, at(13, back, "ready"));
  assert.equal(again.progress, 2 / 13);
});

test("a limited layer counts as working", () => {
  assert.equal(readPreparing(aStatus(1, 13, "degraded", "limited"), INITIAL_PREPARING)?.now.progress, 1);
});

test("a layer counts only while every earlier layer works", () => {
  const status = aStatus(1, 3);
  status.layers.at(-1)!.state = "ok";
  assert.equal(readPreparing(status, INITIAL_PREPARING)?.now.progress, 3 / 13);
});

test("a stack without a bridge has no layer for media", () => {
  const status = aStatus(1, 3);
  const layers = status.layers.filter(({ layer }) => layer !== "media");
  assert.equal(readPreparing({ ...status, layers }, INITIAL_PREPARING)?.now.progress, 3 / 12);
});

for (const status of [null, [], "x", {}, { sequence: 1, phase: "splendid", layers: [] }, { sequence: 1, phase: "ready" }]) {
  test(`${JSON.stringify(status)} is not a status`, () => {
    assert.equal(readPreparing(status, INITIAL_PREPARING), null);
  });
}
