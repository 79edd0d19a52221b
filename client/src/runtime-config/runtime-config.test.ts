import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { WebSocket } from "ws";
import { stands } from "../browser.js";
import { runtimeConfig, type RuntimeConfigHandle, type RuntimeConfigOptions, type Watched } from "../index.js";
import { backoff } from "./backoff.js";
import { aDocument, FakeSidecar } from "./fake-sidecar.js";

const AT_ONCE = backoff(1, 5, 0.5);

let sidecar: FakeSidecar;
let config: RuntimeConfigHandle;

beforeEach(async () => {
  sidecar = await FakeSidecar.start(aDocument({ revision: 2 }));
});

afterEach(async () => {
  config.close();
  await sidecar.stop();
});

function opens(options: RuntimeConfigOptions = {}): RuntimeConfigHandle {
  return (config = runtimeConfig({ url: sidecar.url, WebSocket, retry: AT_ONCE, upgrade: AT_ONCE, ...options }));
}

function sees(condition: (now: Watched) => boolean): Promise<Watched> {
  return new Promise((resolve) => {
    const unsubscribe = config.subscribe((now) => {
      if (!condition(now)) return;
      queueMicrotask(() => unsubscribe());
      resolve(now);
    });
  });
}

test("is ready with the first document, and current from then on", async () => {
  opens();
  assert.equal(config.current, null);
  const first = await config.ready;
  assert.equal(first.revision, 2);
  assert.equal(config.now.config, first);
  sidecar.publishes(aDocument({ revision: 3 }));
  await sees(({ config }) => config?.revision === 3);
});

test("tells whoever subscribes at once, and not any more afterwards", async () => {
  opens();
  await config.ready;
  const told: (number | undefined)[] = [];
  const unsubscribe = config.subscribe((now) => told.push(now.config?.revision));
  unsubscribe();
  sidecar.publishes(aDocument({ revision: 3 }));
  await sees(({ config }) => config?.revision === 3);
  assert.deepEqual(told, [2]);
});

test("a subscriber that throws keeps nothing from the others, and ends nothing", async (t) => {
  t.mock.method(console, "error", () => {});
  opens();
  config.subscribe(() => {
    throw new Error("the page is broken");
  });
  await sees(({ config }) => config?.revision === 2);
  sidecar.publishes(aDocument({ revision: 3 }));
  await sees(({ config }) => config?.revision === 3);
});

for (const transport of ["websocket", "long-poll"] as const) {
  test(`stops when it is closed, by ${transport}`, async () => {
    sidecar.refusesUpgrades = transport === "long-poll";
    opens({ upgrade: backoff(1_000_000, 1_000_000, 0) });
    await sees(({ state }) => state.kind === "live" && state.transport === transport);
    if (transport === "long-poll") await sidecar.heldPoll();
    config.close();
    assert.equal(config.now.state.kind, "stopped");
    await sidecar.withoutVisitors();
  });
}

test("begins with what is in the page, and goes on from there", async (t) => {
  stands("__RUNTIME_CONFIG__", aDocument({ revision: 1, publicUrl: "https://in-the-page.example" }));
  t.after(() => stands("__RUNTIME_CONFIG__", undefined));
  opens();
  assert.equal(config.current?.publicUrl, "https://in-the-page.example");
  await sees(({ config, connection }) => config?.revision === 2 && connection.kind === "connected");
});

test("another stack than the page's is told, and nothing of it is taken", async (t) => {
  stands("__RUNTIME_CONFIG__", aDocument({ instance: "the page's", publicUrl: "https://in-the-page.example" }));
  t.after(() => stands("__RUNTIME_CONFIG__", undefined));
  opens();
  await sees(({ connection }) => connection.kind === "replaced");
  assert.equal(config.current?.publicUrl, "https://in-the-page.example");
});

test("what is no document in the page is not taken", async (t) => {
  stands("__RUNTIME_CONFIG__", { publicUrl: "javascript:alert(1)" });
  t.after(() => stands("__RUNTIME_CONFIG__", undefined));
  opens();
  assert.equal(config.current, null);
});

test("without Sidelink: what the build has, over it what the app gives, and nothing is asked any more", async (t) => {
  process.env.NEXT_PUBLIC_SITE_URL = "https://built.example";
  process.env.NEXT_PUBLIC_LIVEKIT_URL = "wss://built.example";
  t.after(() => {
    delete process.env.NEXT_PUBLIC_SITE_URL;
    delete process.env.NEXT_PUBLIC_LIVEKIT_URL;
  });
  sidecar.stranger = { status: 404, body: "not found" };
  opens({ defaults: { livekitUrl: "wss://given.example", env: { VITE_A: "a" } } });
  const { livekitUrl, publicUrl, phase, env } = await config.ready;
  assert.deepEqual({ livekitUrl, publicUrl, phase }, { livekitUrl: "wss://given.example", publicUrl: "https://built.example", phase: "ready" });
  assert.deepEqual(env, { NEXT_PUBLIC_SITE_URL: "https://built.example", NEXT_PUBLIC_LIVEKIT_URL: "wss://built.example", VITE_A: "a" });
  await sees(({ state, connection }) => state.kind === "stopped" && connection.kind === "alone");
  assert.equal(sidecar.polls, 1);
});

test("defaults are not used where there is Sidelink", async () => {
  opens({ defaults: { livekitUrl: "wss://given.example" } });
  assert.equal((await config.ready).livekitUrl, "wss://one.example");
});

test("a path that is gone later is not taken for an app alone", async () => {
  opens({ defaults: { livekitUrl: "wss://given.example" } });
  await config.ready;
  sidecar.isReplacedBy({ status: 404 });
  await sees(({ connection }) => connection.kind === "foreign");
  assert.equal(config.current?.livekitUrl, "wss://one.example");
});

test("on a server that renders the page nothing is asked", async () => {
  opens({ url: undefined, defaults: { publicUrl: "https://given.example" } });
  assert.equal((await config.ready).publicUrl, "https://given.example");
  assert.equal(sidecar.polls, 0);
});

test("ready rejects when it is closed before, by its signal too", async () => {
  sidecar.stranger = "silence";
  const left = new AbortController();
  opens({ signal: left.signal });
  left.abort();
  await assert.rejects(config.ready, /closed/);
  assert.equal(config.now.state.kind, "stopped");
});

test("follows the stack to its new address, and keeps what it knows until it answers there", async (t) => {
  const moved = await FakeSidecar.start(aDocument({ revision: 3, publicUrl: "https://new.example" }));
  t.after(() => moved.stop());
  const asked: string[] = [];
  class Socket extends WebSocket {
    constructor(url: string) {
      asked.push(url);
      super(url.replace("wss://new.example/runtime-config", moved.url.replace("http", "ws")));
    }
  }
  opens({ WebSocket: Socket as unknown as typeof WebSocket });
  await config.ready;
  sidecar.isReplacedBy({ status: 530, body: "error code: 1033" });
  await sees(({ connection }) => connection.kind === "gone");
  moved.stranger = { status: 502 };
  config.moveTo("https://new.example/anything");
  assert.equal(config.current?.revision, 2);
  moved.stranger = null;
  await sees(({ config, connection }) => config?.publicUrl === "https://new.example" && connection.kind === "connected");
  assert.equal(asked.at(-1), "wss://new.example/runtime-config/ws");
  await sidecar.withoutVisitors();
});

test("moves to nothing but https", () => {
  opens();
  for (const address of ["http://new.example", "javascript:alert(1)", "new.example", ""]) {
    assert.throws(() => config.moveTo(address), TypeError, address);
  }
});
