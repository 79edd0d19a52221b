import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { isOnline, onAttention } from "./attention.js";

const page = { onLine: true, hostname: "x.trycloudflare.com" };
const open = new Map<string, PropertyDescriptor | undefined>();

beforeEach(() => {
  stubGlobal("window", new EventTarget());
  stubGlobal("document", new EventTarget());
  stubGlobal("navigator", { get onLine() { return page.onLine; } });
  stubGlobal("location", { get hostname() { return page.hostname; } });
  Object.assign(page, { onLine: true, hostname: "x.trycloudflare.com" });
});

afterEach(() => {
  for (const [name, before] of open) {
    if (before) Object.defineProperty(globalThis, name, before);
    else Reflect.deleteProperty(globalThis, name);
  }
  open.clear();
});

test("wakes when the network goes and comes, until the end", () => {
  const states: boolean[] = [];
  const end = new AbortController();
  onAttention(end.signal, () => states.push(isOnline()));
  for (const onLine of [false, true]) {
    page.onLine = onLine;
    window.dispatchEvent(new Event(onLine ? "online" : "offline"));
  }
  end.abort();
  window.dispatchEvent(new Event("offline"));
  assert.deepEqual(states, [false, true]);
});

test("wakes when the page becomes visible, not when it is hidden", () => {
  const states: boolean[] = [];
  const end = new AbortController();
  onAttention(end.signal, () => states.push(isOnline()));
  for (const hidden of [true, false]) {
    Object.assign(document, { hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }
  end.abort();
  document.dispatchEvent(new Event("visibilitychange"));
  assert.deepEqual(states, [true]);
});

for (const [hostname, online] of [
  ["x.trycloudflare.com", false],
  ["192.168.1.20", false],
  ["127.example.com", false],
  ["localhost", true],
  ["127.0.0.1", true],
  ["[::1]", true],
] as const) {
  test(`without network a page from ${hostname} is ${online ? "still reached" : "offline"}`, () => {
    Object.assign(page, { hostname, onLine: false });
    assert.equal(isOnline(), online);
  });
}

function stubGlobal(name: string, value: object): void {
  open.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
  Object.defineProperty(globalThis, name, { value, configurable: true });
}
