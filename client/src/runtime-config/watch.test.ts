import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { WebSocket } from "ws";
import { backoff, type Backoff } from "./backoff.js";
import type { RuntimeConfig } from "./document.js";
import type { WatchState } from "./listener.js";
import { watchRuntimeConfig } from "./watch.js";
import { aDocument, FakeSidecar } from "./fake-sidecar.js";

const AT_ONCE = backoff(1, 5, 0.5);
const NEVER = backoff(1_000_000, 1_000_000, 0);

let sidecar: FakeSidecar;
let page: Page;

beforeEach(async () => {
  sidecar = await FakeSidecar.start(aDocument({ revision: 1 }));
  page = new Page();
});

afterEach(async () => {
  page.close();
  await sidecar.stop();
});

test("follows changes by WebSocket", async () => {
  page.watches(sidecar);
  await page.reaches((p) => p.config?.revision === 1 && p.transport === "websocket");
  sidecar.publishes(aDocument({ revision: 2, publicUrl: "https://two.example" }));
  await page.reaches((p) => p.config?.publicUrl === "https://two.example");
  assert.equal(sidecar.polls, 0);
});

test("falls back to long poll when the upgrade is refused", async () => {
  sidecar.refusesUpgrades = true;
  page.watches(sidecar, { upgrade: NEVER });
  await page.reaches((p) => p.config?.revision === 1 && p.transport === "long-poll");
  await sidecar.heldPoll();
  sidecar.publishes(aDocument({ revision: 2 }));
  await page.reaches((p) => p.config?.revision === 2 && p.transport === "long-poll");
});

test("a long poll without news changes nothing and continues", async () => {
  sidecar.refusesUpgrades = true;
  page.watches(sidecar, { upgrade: NEVER });
  await sidecar.heldPoll();
  sidecar.endsHeldPolls();
  await sidecar.heldPoll();
  sidecar.publishes(aDocument({ revision: 2 }));
  await page.reaches((p) => p.config?.revision === 2);
  assert.deepEqual(page.revisions, [1, 2]);
});

test("returns to the WebSocket once upgrades pass again", async () => {
  sidecar.refusesUpgrades = true;
  page.watches(sidecar, { upgrade: AT_ONCE });
  await page.reaches((p) => p.transport === "long-poll");
  await sidecar.heldPoll();
  sidecar.refusesUpgrades = false;
  // The first poll to end may be a little earlier than the next attempt to upgrade, and another one is held.
  const ending = setInterval(() => sidecar.endsHeldPolls(), 1);
  await page.reaches((p) => p.transport === "websocket");
  clearInterval(ending);
  sidecar.publishes(aDocument({ revision: 2 }));
  await page.reaches((p) => p.config?.revision === 2);
});

test("reconnects when the socket is cut, and reports that meanwhile", async () => {
  page.watches(sidecar);
  await page.reaches((p) => p.transport === "websocket");
  sidecar.cutsSockets();
  await page.reaches((p) => p.state.kind === "reconnecting");
  await page.reaches((p) => p.transport === "websocket");
});

test("ignores stale revisions of one instance, takes any revision of another", async () => {
  page.watches(sidecar);
  await page.reaches((p) => p.config?.revision === 1);
  sidecar.publishes(aDocument({ revision: 9 }));
  sidecar.publishes(aDocument({ revision: 8 }));
  sidecar.publishes(aDocument({ revision: 9, phase: "failed" }));
  sidecar.publishes(aDocument({ revision: 3, instance: "another" }));
  await page.reaches((p) => p.config?.instance === "another");
  assert.deepEqual(page.revisions, [1, 9, 3]);
});

test("ignores documents of another shape", async () => {
  page.watches(sidecar);
  await page.reaches((p) => p.config?.revision === 1);
  sidecar.sends("<html>");
  sidecar.sends(JSON.stringify({ ...aDocument({ revision: 5 }), publicUrl: "javascript:alert(1)" }));
  sidecar.publishes(aDocument({ revision: 6 }));
  await page.reaches((p) => p.config?.revision === 6);
  assert.deepEqual(page.revisions, [1, 6]);
});

test("stops on abort, by WebSocket", async () => {
  page.watches(sidecar);
  await page.reaches((p) => p.transport === "websocket");
  page.close();
  await page.ended;
  await sidecar.withoutVisitors();
});

test("stops on abort, by long poll", async () => {
  sidecar.refusesUpgrades = true;
  page.watches(sidecar, { upgrade: NEVER });
  await sidecar.heldPoll();
  page.close();
  await page.ended;
  await sidecar.withoutVisitors();
});

/** Records what the watch emits and lets a test wait for a condition to become true. */
class Page {
  config: RuntimeConfig | null = null;
  state: WatchState = { kind: "connecting" };
  revisions: number[] = [];
  ended: Promise<void> | null = null;
  private readonly open = new AbortController();
  private readonly waiting = new Set<() => void>();

  watches(from: FakeSidecar, pace: { retry?: Backoff; upgrade?: Backoff } = {}): void {
    this.ended = watchRuntimeConfig({
      url: new URL(from.url),
      WebSocket,
      retry: AT_ONCE,
      ...pace,
      signal: this.open.signal,
      emit: ({ config, state = this.state }) => {
        this.state = state;
        if (config) {
          this.config = config;
          this.revisions.push(config.revision);
        }
        for (const check of [...this.waiting]) check();
      },
    });
  }

  get transport(): string | null {
    return this.state.kind === "live" ? this.state.transport : null;
  }

  reaches(condition: (page: Page) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!condition(this)) return;
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
      check();
    });
  }

  close(): void {
    this.open.abort();
  }
}
