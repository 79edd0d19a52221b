import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { WebSocket } from "ws";
import { SILENCE_MS } from "./connection.js";
import { FakeClock } from "./fake-clock.js";
import { aDocument, FakeSidecar, type Stranger } from "./fake-sidecar.js";
import { backoff } from "./backoff.js";
import type { Connection } from "./connection.js";
import { watchRuntimeConfig } from "./watch.js";

const AT_ONCE = backoff(1, 5, 0.5);
const PORTAL = { status: 200, body: "<html>Sign in</html>", headers: { "content-type": "text/html" } };

let sidecar: FakeSidecar;
let clock: FakeClock;
let page: Page;

beforeEach(async () => {
  sidecar = await FakeSidecar.start(aDocument({ revision: 1 }));
  clock = new FakeClock();
  page = new Page();
});

afterEach(async () => {
  page.closes();
  await sidecar.stop();
});

for (const [what, stranger, kind] of [
  ["the edge has no tunnel", { status: 530, body: "error code: 1033" }, "gone"],
  ["the edge waits for the gateway", { status: 502 }, "preparing"],
  ["the gateway waits for the sidecar", { status: 503, headers: { "x-sidelink-preparing": "true" } }, "preparing"],
  ["too many visitors", { status: 429 }, "busy"],
  ["a captive portal", PORTAL, "foreign"],
  ["a captive portal that redirects", { status: 302, headers: { location: "http://127.0.0.1:9/" } }, "foreign"],
  ["an unclear error", { status: 500 }, "reconnecting"],
] as const satisfies readonly (readonly [string, Stranger, Connection["kind"]])[]) {
  test(`${what}: ${kind}, and connected again when that is over`, async () => {
    page.watches(sidecar);
    await page.reaches("connected");
    sidecar.isReplacedBy(stranger);
    await page.reaches(kind);
    sidecar.stranger = null;
    await page.reaches("connected");
  });

  test(`${what}, from the first moment: ${kind}`, async () => {
    sidecar.stranger = stranger;
    page.watches(sidecar);
    await page.reaches(kind);
  });
}

test("no answer: gone after the silence, and connected again after an answer", async () => {
  page.watches(sidecar);
  await page.reaches("connected");
  sidecar.isReplacedBy("silence");
  await page.reaches("reconnecting");
  await sidecar.nextRequest();
  clock.passes(SILENCE_MS - 1);
  assert.equal(page.connection.kind, "reconnecting");
  clock.passes(1);
  await page.reaches("gone");
  sidecar.stranger = null;
  sidecar.cutsRequests();
  await page.reaches("connected");
});

test("a page that followed for a long time is not gone", async () => {
  page.watches(sidecar);
  await page.reaches("connected");
  clock.passes(SILENCE_MS * 10);
  assert.equal(page.connection.kind, "connected");
});

test("a poll that is held open is not silence", async () => {
  sidecar.refusesUpgrades = true;
  page.watches(sidecar);
  await sidecar.heldPoll();
  clock.passes(SILENCE_MS * 10);
  assert.equal(page.connection.kind, "connected");
});

test("reports another stack under the same address, and the return of the first one", async () => {
  page.watches(sidecar);
  await page.reaches("connected");
  sidecar.publishes(aDocument({ revision: 2, instance: "another" }));
  await page.reaches("replaced");
  sidecar.publishes(aDocument({ revision: 3 }));
  await page.reaches("connected");
});

test("the connection state does not change the pace of requests", async () => {
  const SLOW = backoff(1_000_000, 1_000_000, 0);
  sidecar.stranger = "silence";
  page.watches(sidecar, SLOW);
  await sidecar.nextRequest();
  clock.passes(SILENCE_MS * 10);
  await page.reaches("gone");
  assert.equal(sidecar.polls, 1);
});

test("without network the page checks a socket that looks open, and is offline", async (t) => {
  const browser = { window: new EventTarget(), document: new EventTarget(), navigator: { onLine: true }, location: { hostname: "x.example" } };
  for (const [name, value] of Object.entries(browser)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true });
    t.after(() => {
      if (before) Object.defineProperty(globalThis, name, before);
      else Reflect.deleteProperty(globalThis, name);
    });
  }
  page.watches(sidecar);
  await page.reaches("connected");
  sidecar.stranger = { status: 500 };
  browser.navigator.onLine = false;
  browser.window.dispatchEvent(new Event("offline"));
  await page.reaches("offline");
  sidecar.stranger = null;
  await page.reaches("connected");
});

/** Records the connection and lets a test wait for one. */
class Page {
  connection: Connection = { kind: "connecting" };
  private readonly open = new AbortController();
  private waiting = () => {};

  watches(from: FakeSidecar, retry = AT_ONCE): void {
    void watchRuntimeConfig({
      url: new URL(from.url),
      WebSocket,
      retry,
      upgrade: AT_ONCE,
      clock,
      signal: this.open.signal,
      emit: ({ connection = this.connection }) => {
        this.connection = connection;
        this.waiting();
      },
    });
  }

  reaches(kind: Connection["kind"]): Promise<void> {
    return new Promise((resolve) => {
      this.waiting = () => this.connection.kind === kind && resolve();
      this.waiting();
    });
  }

  closes(): void {
    this.open.abort();
  }
}
