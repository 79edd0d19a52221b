import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { stubGlobal } from "../../browser.js";
import { FakeClock } from "../../runtime-config/fake-clock.js";
import type { Transport, TransportStats } from "../transport.js";
import type { CallEvents, EndReason, Protocol, Rung } from "../types.js";
import { reportConnection } from "./reporter.js";

class FakePage extends EventTarget {
  hidden = false;

  shows(visible: boolean): void {
    this.hidden = !visible;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

/** A call whose connection a test changes. */
class FakeCall {
  current: Transport | null = null;
  livekitUrl = "wss://a.example";
  token = "t1";
  stats: TransportStats | null = null;
  private readonly listeners: Partial<CallEvents> = {};

  on<E extends keyof CallEvents>(event: E, listener: CallEvents[E]): () => void {
    this.listeners[event] = listener;
    return () => undefined;
  }

  travels(rung: Rung | null, protocol: Protocol | null = "udp", current: object = {}): void {
    this.current = Object.assign(current, { rung, protocol, roundTripMs: 20, readStats: async () => this.stats }) as Transport;
    this.listeners.change!();
  }

  ends(reason: EndReason): void {
    this.listeners.change!();
    this.listeners.ended!(reason);
  }
}

const page = new FakePage();
stubGlobal("document", page);

let clock: FakeClock;
let call: FakeCall;
let answer: () => Promise<{ status: number }>;
let posted: { seconds: number; url: string; init: RequestInit; body: Record<string, unknown> }[];

const settled = () => new Promise((resolve) => setImmediate(resolve));
async function passes(seconds: number): Promise<void> {
  for (let tenths = 0; tenths <= seconds * 10; tenths += 1) {
    clock.passes(tenths === 0 ? 0 : 100);
    await settled();
  }
}
const times = () => posted.map(({ seconds }) => seconds);
const paths = () => posted.map(({ body }) => body.path);

beforeEach(() => {
  [clock, call, page.hidden, posted] = [new FakeClock(), new FakeCall(), false, []];
  answer = async () => ({ status: 204 });
  const fetch = async (url: URL, init: RequestInit) => {
    posted.push({ seconds: clock.Date.now() / 1_000, url: url.href, init, body: JSON.parse(init.body as string) });
    return answer();
  };
  reportConnection(call, call, { fetch: fetch as typeof globalThis.fetch, clock });
});

test("reports after 1 s, then every 10 s", async () => {
  await passes(5);
  call.travels("direct");
  await passes(30);
  assert.deepEqual(times(), [6, 16, 26]);
});

test("posts to the stack's origin with the call's token", async () => {
  call.livekitUrl = "ws://localhost:8080/";
  call.travels("lan");
  await passes(1);
  const [{ url, init, body }] = posted as [(typeof posted)[0]];
  assert.deepEqual([url, init.method], ["http://localhost:8080/sidelink/connection", "POST"]);
  assert.deepEqual(init.headers, { authorization: "Bearer t1", "content-type": "application/json" });
  assert.deepEqual(body, { path: "lan", protocol: "udp", rttMs: 20 });
});

test("a renewed token and a new address are used from then on", async () => {
  call.travels("tunnel", "tcp");
  await passes(1);
  Object.assign(call, { livekitUrl: "wss://b.example", token: "t2" });
  await passes(10);
  assert.deepEqual(posted.map(({ url, init }) => [url, new Headers(init.headers).get("authorization")]), [
    ["https://a.example/sidelink/connection", "Bearer t1"],
    ["https://b.example/sidelink/connection", "Bearer t2"],
  ]);
});

test("waits until the rung is known", async () => {
  call.travels(null, null);
  await passes(3);
  call.travels("direct");
  await passes(1);
  assert.deepEqual(times(), [3]);
});

test("another rung or protocol is reported at once", async () => {
  call.travels("tunnel", "tcp");
  await passes(5);
  call.travels("direct");
  await passes(5);
  call.travels("direct", "tcp");
  await passes(11);
  assert.deepEqual(times(), [1, 5, 10, 20]);
});

test("a rung that flaps is reported every 2 s at most", async () => {
  for (let change = 0; change < 100; change += 1) {
    call.travels(change % 2 ? "turn" : "direct");
    await passes(0.3);
  }
  assert.ok(times().length <= 15, `${times()}`);
  assert.ok(times().every((time, at, all) => at === 0 || time - all[at - 1]! >= 2), `${times()}`);
});

test("a rung that is back within 2 s is not reported", async () => {
  call.travels("direct");
  await passes(1);
  call.travels("turn");
  await passes(0.5);
  call.travels("direct");
  await passes(10);
  assert.deepEqual([times(), paths()], [[1, 11], ["direct", "direct"]]);
});

test("a hidden page reports every 30 s", async () => {
  call.travels("direct");
  await passes(2);
  page.shows(false);
  await passes(43);
  page.shows(true);
  await passes(11);
  assert.deepEqual(times(), [1, 31, 45, 55]);
});

test("counters are compared with the last report of the same transport", async () => {
  const [first, second] = [{}, {}];
  const counts = (at: number, bytesSent: number) => (call.stats = { at, bytesSent, bytesReceived: 0 });
  counts(0, 0);
  call.travels("direct", "udp", first);
  await passes(1);
  counts(10_000, 1_000_000);
  await passes(10);
  call.travels("turn", "udp", second);
  await passes(2);
  counts(20_000, 1_000_000);
  call.travels("direct", "udp", second);
  await passes(2);
  assert.deepEqual(posted.map(({ body }) => [body.path, body.sendBitrate]), [["direct", undefined], ["direct", 800_000], ["turn", undefined], ["direct", 0]]);
});

test("statistics that cannot be read leave the rest", async () => {
  call.travels("direct");
  call.current!.readStats = () => Promise.reject(new Error("closed"));
  await passes(1);
  assert.deepEqual(paths(), ["direct"]);
});

test("while nothing carries the call, nothing is reported", async () => {
  call.travels("direct");
  await passes(1);
  call.current = null;
  await passes(30);
  call.travels("tunnel", "tcp");
  await passes(1);
  assert.deepEqual(times(), [1, 31]);
});

for (const status of [401, 404, 405]) {
  test(`stops at ${status}`, async () => {
    answer = async () => ({ status });
    call.travels("direct");
    await passes(1);
    call.travels("turn");
    page.shows(false);
    await passes(60);
    assert.deepEqual([times(), clock.waiting], [[1], 0]);
  });
}

test("goes on after other failures", async () => {
  const answers = [{ status: 503 }, null, null, null, { status: 429 }, { status: 204 }];
  answer = async () => answers.shift() ?? Promise.reject(new TypeError("Failed to fetch"));
  call.travels("direct");
  await passes(71);
  assert.equal(posted.length, 8);
});

test("stops where no request ever gets a response", async () => {
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  call.travels("direct");
  await passes(90);
  assert.deepEqual([times(), clock.waiting], [[1, 11, 21], 0]);
});

for (const reason of ["left", "failed", "server_unreachable"] as const) {
  test(`a call that was connected reports nothing after its end: ${reason}`, async () => {
    call.travels("direct");
    await passes(1);
    call.ends(reason);
    page.shows(false);
    page.shows(true);
    await passes(60);
    assert.deepEqual([times(), clock.waiting], [[1], 0]);
  });
}

test("the end aborts the request that is on its way", async () => {
  answer = () => new Promise(() => undefined);
  call.travels("direct");
  await passes(1);
  call.ends("left");
  assert.equal(posted[0]!.init.signal!.aborted, true);
});

test("a call that ends while its statistics are read reports nothing", async () => {
  call.travels("direct");
  clock.passes(1_000);
  call.ends("left");
  await passes(1);
  assert.deepEqual(posted, []);
});

test("a call that could not connect reports that once", async () => {
  await passes(4);
  call.ends("failed");
  await passes(60);
  assert.deepEqual([paths(), clock.waiting], [["none"], 0]);
});

for (const reason of ["left", "server_unreachable", "full"] as const) {
  test(`a call that ends with ${reason} before it was connected reports nothing`, async () => {
    call.ends(reason);
    await passes(60);
    assert.deepEqual(posted, []);
  });
}
