import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { WebSocket } from "ws";
import { stubGlobal } from "../browser.js";
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

function reaches(condition: (now: Watched) => boolean): Promise<Watched> {
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
  await reaches(({ config }) => config?.revision === 3);
});

test("notifies a subscriber at once, and not after it unsubscribes", async () => {
  opens();
  await config.ready;
  const received: (number | undefined)[] = [];
  const unsubscribe = config.subscribe((now) => received.push(now.config?.revision));
  unsubscribe();
  sidecar.publishes(aDocument({ revision: 3 }));
  await reaches(({ config }) => config?.revision === 3);
  assert.deepEqual(received, [2]);
});

test("a subscriber that throws affects no other subscriber", async (t) => {
  t.mock.method(console, "error", () => {});
  opens();
  config.subscribe(() => {
    throw new Error("the page is broken");
  });
  await reaches(({ config }) => config?.revision === 2);
  sidecar.publishes(aDocument({ revision: 3 }));
  await reaches(({ config }) => config?.revision === 3);
});

for (const transport of ["websocket", "long-poll"] as const) {
  test(`stops when it is closed, by ${transport}`, async () => {
    sidecar.refusesUpgrades = transport === "long-poll";
    opens({ upgrade: backoff(1_000_000, 1_000_000, 0) });
    await reaches(({ state }) => state.kind === "live" && state.transport === transport);
    if (transport === "long-poll") await sidecar.heldPoll();
    config.close();
    assert.equal(config.now.state.kind, "stopped");
    await sidecar.withoutVisitors();
  });
}

test("starts with the document in the page and continues from there", async (t) => {
  stubGlobal("__RUNTIME_CONFIG__", aDocument({ revision: 1, publicUrl: "https://in-the-page.example" }));
  t.after(() => stubGlobal("__RUNTIME_CONFIG__", undefined));
  opens();
  assert.equal(config.current?.publicUrl, "https://in-the-page.example");
  await reaches(({ config, connection }) => config?.revision === 2 && connection.kind === "connected");
});

test("reports a stack other than the page's, and ignores its documents", async (t) => {
  stubGlobal("__RUNTIME_CONFIG__", aDocument({ instance: "the page's", publicUrl: "https://in-the-page.example" }));
  t.after(() => stubGlobal("__RUNTIME_CONFIG__", undefined));
  opens();
  await reaches(({ connection }) => connection.kind === "replaced");
  assert.equal(config.current?.publicUrl, "https://in-the-page.example");
});

test("ignores a value in the page that is not a document", async (t) => {
  stubGlobal("__RUNTIME_CONFIG__", { publicUrl: "javascript:alert(1)" });
  t.after(() => stubGlobal("__RUNTIME_CONFIG__", undefined));
  opens();
  assert.equal(config.current, null);
});

test("without Sidelink: the build's variables, overridden by the app's, and no more requests", async (t) => {
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
  await reaches(({ state, connection }) => state.kind === "stopped" && connection.kind === "alone");
  assert.equal(sidecar.polls, 1);
});

test("defaults are not used where there is Sidelink", async () => {
  opens({ defaults: { livekitUrl: "wss://given.example" } });
  assert.equal((await config.ready).livekitUrl, "wss://one.example");
});

test("a path that disappears later does not mean an app without Sidelink", async () => {
  opens({ defaults: { livekitUrl: "wss://given.example" } });
  await config.ready;
  sidecar.isReplacedBy({ status: 404 });
  await reaches(({ connection }) => connection.kind === "foreign");
  assert.equal(config.current?.livekitUrl, "wss://one.example");
});

test("sends no request on a server that renders the page", async () => {
  opens({ url: undefined, defaults: { publicUrl: "https://given.example" } });
  assert.equal((await config.ready).publicUrl, "https://given.example");
  assert.equal(sidecar.polls, 0);
});

test("ready rejects when the handle is closed first, also by its signal", async () => {
  sidecar.stranger = "silence";
  const left = new AbortController();
  opens({ signal: left.signal });
  left.abort();
  await assert.rejects(config.ready, /closed/);
  assert.equal(config.now.state.kind, "stopped");
});

test("follows the stack to its new address, and keeps its values until the stack answers there", async (t) => {
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
  await reaches(({ connection }) => connection.kind === "gone");
  moved.stranger = { status: 502 };
  config.moveTo("https://new.example/anything");
  assert.equal(config.current?.revision, 2);
  moved.stranger = null;
  await reaches(({ config, connection }) => config?.publicUrl === "https://new.example" && connection.kind === "connected");
  assert.equal(asked.at(-1), "wss://new.example/runtime-config/ws");
  await sidecar.withoutVisitors();
});

test("moves only to https", () => {
  opens();
  for (const address of ["http://new.example", "javascript:alert(1)", "new.example", ""]) {
    assert.throws(() => config.moveTo(address), TypeError, address);
  }
});
