import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { FakeServer, type Reply } from "./fake-server.js";
import { followPreparing, LAYERS, NOTHING_SEEN, reading, type Preparing } from "./preparing.js";
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
let seen: Preparing[];
let page: AbortController;

beforeEach(async () => {
  server = await FakeServer.start();
  seen = [];
  page = new AbortController();
});

afterEach(async () => {
  page.abort();
  await server.stop();
});

function follows(until: (now: Preparing) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const told = (now: Preparing) => {
      seen.push(now);
      if (until(now)) resolve();
    };
    followPreparing({ url: `${server.origin}/sidelink/status`, signal: page.signal, told, retry: AT_ONCE });
  });
}

/** Answers each in turn, then nothing more. */
function answers(...replies: Reply[]) {
  server.reply = () => replies.shift() ?? "silence";
}

test("goes along with the layers, up to the end", async () => {
  answers(
    { status: 200, body: aStatus(1, 3) },
    { status: 200, body: aStatus(2, 6) },
    { status: 200, body: aStatus(3, 12, "ready") },
  );
  await follows(({ phase }) => phase === "ready");
  assert.deepEqual(seen.map(({ layer, progress }) => [layer, progress]), [["tunnel", 0.25], ["tls", 0.5], [null, 1]]);
  assert.equal(seen[0]?.message("en"), "waiting for tunnel");
  assert.equal(seen[0]?.message("pt"), "esperando tunnel");
  assert.equal(seen[2]?.message("pt"), null);
  assert.deepEqual(server.seen.map(({ path }) => path).slice(0, 2), ["/sidelink/status", "/sidelink/status?after=1&wait=25s"]);
});

test("the same again is not told again", async () => {
  answers({ status: 200, body: aStatus(1, 3) }, { status: 200, body: aStatus(1, 3) }, { status: 200, body: aStatus(2, 4) });
  await follows(({ layer }) => layer === "edge");
  assert.equal(seen.length, 2);
});

test("goes on after answers that are none, and asks for all anew", async () => {
  answers(
    { status: 200, body: aStatus(7, 3) },
    { status: 502, body: "<html>" },
    { status: 200, body: "<html>" },
    { status: 200, body: { sequence: 8 } },
    { status: 200, body: aStatus(1, 4) },
  );
  await follows(({ layer }) => layer === "edge");
  assert.equal(server.seen.at(4)?.path, "/sidelink/status");
});

test("without Sidelink all is ready, and nothing is asked any more", async () => {
  answers({ status: 404 });
  await follows(({ phase }) => phase === "ready");
  assert.deepEqual([seen.length, seen[0]?.progress, server.seen.length], [1, 1, 1]);
});

test("progress never falls before it was ready, and begins anew after that", () => {
  const at = (done: number, before: Preparing, phase?: string) => reading(aStatus(1, done, phase), before)!.now;
  const far = at(6, NOTHING_SEEN);
  const back = at(2, far);
  assert.deepEqual([back.layer, back.progress], ["gateway", 0.5]);
  const again = at(2, at(12, back, "ready"));
  assert.equal(again.progress, 2 / 12);
});

test("what works for some counts as done", () => {
  assert.equal(reading(aStatus(1, 12, "degraded", "limited"), NOTHING_SEEN)?.now.progress, 1);
});

test("layers of an earlier try count only behind what works now", () => {
  const status = aStatus(1, 3);
  status.layers.at(-1)!.state = "ok";
  assert.equal(reading(status, NOTHING_SEEN)?.now.progress, 0.25);
});

for (const status of [null, [], "x", {}, { sequence: 1, phase: "splendid", layers: [] }, { sequence: 1, phase: "ready" }]) {
  test(`${JSON.stringify(status)} is no status`, () => {
    assert.equal(reading(status, NOTHING_SEEN), null);
  });
}
