import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { isOnline, onAttention } from "./attention.js";

const page = { onLine: true, hostname: "x.trycloudflare.com" };
const open = new Map<string, PropertyDescriptor | undefined>();

beforeEach(() => {
  stands("window", new EventTarget());
  stands("document", new EventTarget());
  stands("navigator", { get onLine() { return page.onLine; } });
  stands("location", { get hostname() { return page.hostname; } });
  Object.assign(page, { onLine: true, hostname: "x.trycloudflare.com" });
});

afterEach(() => {
  for (const [name, before] of open) {
    if (before) Object.defineProperty(globalThis, name, before);
    else Reflect.deleteProperty(globalThis, name);
  }
  open.clear();
});

test("tells when the network goes and comes, until the end", () => {
  const told: boolean[] = [];
  const end = new AbortController();
  onAttention(end.signal, () => told.push(isOnline()));
  for (const onLine of [false, true]) {
    page.onLine = onLine;
    window.dispatchEvent(new Event(onLine ? "online" : "offline"));
  }
  end.abort();
  window.dispatchEvent(new Event("offline"));
  assert.deepEqual(told, [false, true]);
});

test("tells when the page is looked at again, not when it is left", () => {
  const told: boolean[] = [];
  const end = new AbortController();
  onAttention(end.signal, () => told.push(isOnline()));
  for (const hidden of [true, false]) {
    Object.assign(document, { hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }
  end.abort();
  document.dispatchEvent(new Event("visibilitychange"));
  assert.deepEqual(told, [true]);
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

function stands(name: string, value: object): void {
  open.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
  Object.defineProperty(globalThis, name, { value, configurable: true });
}
