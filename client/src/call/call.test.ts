import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { beforeEach, test } from "node:test";
import { Room } from "livekit-client";
import { stubGlobal } from "../browser.js";
import { followAddress, patientReconnectPolicy, type FollowOptions, type Moved } from "../call.js";

const OLD = "wss://old.trycloudflare.com";
const NEW = { type: "address", publicUrl: "https://new.trycloudflare.com", livekitUrl: "wss://new.trycloudflare.com" };
const page = { protocol: "https:", hostname: "old.trycloudflare.com", host: "old.trycloudflare.com" };
stubGlobal("location", page);

class Engine {
  url: unknown = OLD;
  token: unknown = "old token";
  pendingReconnect = false;
  attempts = 0;
  attemptReconnect() {
    this.attempts += 1;
  }
}

class FakeRoom extends EventEmitter {
  engine: object = new Engine();
  sends(message: unknown, sent: { topic?: string; participant?: unknown; identity?: string } = {}) {
    const { topic, participant, identity } = { topic: "sidelink", participant: undefined, identity: "", ...sent };
    const text = typeof message === "string" ? message : JSON.stringify(message);
    this.emit("dataReceived", new TextEncoder().encode(text), participant, 0, topic, 0, identity);
  }
}

let room: FakeRoom;
let engine: Engine;
let moved: Moved[];

function follows(options: Partial<FollowOptions> = {}): () => void {
  return followAddress(room, { onMoved: (to) => moved.push(to), ...options });
}

/** Waits until a message is processed. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  Object.assign(page, { protocol: "https:", hostname: "old.trycloudflare.com", host: "old.trycloudflare.com" });
  room = new FakeRoom();
  engine = room.engine as Engine;
  moved = [];
});

test("a call whose signalling is down tries the new address at once", async () => {
  engine.pendingReconnect = true;
  follows();
  room.sends(NEW);
  await settled();
  assert.deepEqual(moved, [{ publicUrl: NEW.publicUrl, livekitUrl: NEW.livekitUrl, resumes: true }]);
  assert.equal(engine.url, NEW.livekitUrl);
  assert.equal(engine.token, "old token");
  assert.equal(engine.attempts, 1);
});

test("a call whose signalling works stays unchanged, and resumes at the new address when it ends", async () => {
  const freshToken = async () => "fresh token";
  follows({ freshToken });
  room.sends(NEW);
  await settled();
  assert.equal(engine.url, NEW.livekitUrl);
  assert.equal(engine.attempts, 0);
  assert.equal(engine.token, "old token");
});

test("a call whose signalling is down gets a fresh token first", async () => {
  engine.pendingReconnect = true;
  follows({ freshToken: async ({ publicUrl }) => `token of ${publicUrl}` });
  room.sends(NEW);
  await settled();
  assert.equal(engine.token, "token of https://new.trycloudflare.com");
  assert.equal(engine.attempts, 1);
});

test("without a fresh token the old one is tried", async () => {
  engine.pendingReconnect = true;
  follows({ freshToken: () => Promise.reject(new Error("not reached")) });
  room.sends(NEW);
  await settled();
  assert.equal(engine.token, "old token");
  assert.equal(engine.attempts, 1);
});

test("the wait for a fresh token ends", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  engine.pendingReconnect = true;
  follows({ freshToken: () => new Promise(() => {}) });
  room.sends(NEW);
  await settled();
  assert.deepEqual(moved, []);
  t.mock.timers.tick(5_000);
  await settled();
  assert.deepEqual(moved.map(({ resumes }) => resumes), [true]);
});

test("reports the same address once, and each other one again, the first one too", async () => {
  const back = { type: "address", publicUrl: "https://old.trycloudflare.com", livekitUrl: OLD };
  follows();
  for (const message of [back, NEW, NEW, back, back]) room.sends(message);
  await settled();
  assert.deepEqual(moved.map(({ publicUrl }) => publicUrl), [NEW.publicUrl, back.publicUrl]);
  assert.equal(engine.url, OLD);
});

for (const [what, inside] of [
  ["no engine", undefined],
  ["an engine without address", { token: "t", pendingReconnect: true }],
  ["an engine whose address is something else", { url: new URL(OLD) }],
] as const) {
  test(`a livekit-client with ${what} cannot migrate, and reports that`, async () => {
    room.engine = inside as object;
    follows();
    room.sends(NEW);
    await settled();
    assert.deepEqual(moved.map(({ resumes }) => resumes), [false]);
  });
}

for (const [what, message, sent] of [
  ["of a participant", NEW, { participant: { identity: "eve" }, identity: "eve" }],
  ["of a participant that is not known yet", NEW, { identity: "eve" }],
  ["without a sender", NEW, { identity: undefined }],
  ["of another topic", NEW, { topic: "chat" }],
  ["of another type", { ...NEW, type: "chat" }, {}],
  ["that is not JSON", "<html>", {}],
  ["that is null", null, {}],
  ["that is too long", { ...NEW, more: "x".repeat(1_024) }, {}],
  ["without TLS", { ...NEW, livekitUrl: "ws://new.trycloudflare.com" }, {}],
  ["with a page without TLS", { ...NEW, publicUrl: "http://new.trycloudflare.com" }, {}],
  ["with two hosts", { ...NEW, livekitUrl: "wss://other.trycloudflare.com" }, {}],
  ["with two ports", { ...NEW, livekitUrl: "wss://new.trycloudflare.com:8443" }, {}],
  ["with a path", { ...NEW, publicUrl: "https://new.trycloudflare.com/a" }, {}],
  ["with a name and a password", { ...NEW, publicUrl: "https://a:b@new.trycloudflare.com" }, {}],
  ["with a script", { ...NEW, publicUrl: "javascript:alert(1)" }, {}],
  ["of where the call is", { ...NEW, publicUrl: "https://old.trycloudflare.com", livekitUrl: OLD }, {}],
] as const) {
  test(`a message ${what} is ignored`, async () => {
    follows();
    room.sends(message, sent);
    await settled();
    assert.deepEqual(moved, []);
    assert.equal(engine.url, OLD);
  });
}

for (const [protocol, hostname] of [
  ["http:", "localhost"],
  ["https:", "localhost"],
  ["http:", "127.0.0.1"],
  ["http:", "192.168.1.20"],
] as const) {
  test(`a page at ${protocol}//${hostname} keeps its address`, async () => {
    Object.assign(page, { protocol, hostname, host: hostname });
    follows();
    room.sends(NEW);
    await settled();
    assert.deepEqual(moved, []);
  });
}

test("uses the later of two addresses while it waits for a token for the first", async () => {
  const later = { ...NEW, publicUrl: "https://later.trycloudflare.com", livekitUrl: "wss://later.trycloudflare.com" };
  engine.pendingReconnect = true;
  follows({ freshToken: async ({ publicUrl }) => publicUrl });
  for (const message of [NEW, later]) room.sends(message);
  await settled();
  assert.deepEqual(moved.map(({ publicUrl }) => publicUrl), [later.publicUrl]);
  assert.equal(engine.token, later.publicUrl);
});

test("ends when it is stopped, also while it waits for a token", async () => {
  engine.pendingReconnect = true;
  const end = follows({ freshToken: async () => "fresh token" });
  room.sends(NEW);
  end();
  await settled();
  assert.deepEqual(moved, []);
  assert.equal(engine.url, OLD);
  assert.equal(room.listenerCount("dataReceived"), 0);
});

test("livekit-client's Room can be followed, and its engine still has what a move needs", () => {
  const real = new Room({ reconnectPolicy: patientReconnectPolicy() });
  followAddress(real, { onMoved: () => {} })();
  const inside = real.engine as unknown as Record<string, unknown>;
  assert.equal(inside.pendingReconnect, false);
  assert.equal(typeof inside.attemptReconnect, "function");
  assert.match(String(inside.resumeConnection), /client\.reconnect\(this\.url, this\.token,/);
});

test("the policy keeps trying for ten minutes, at most 2.5 s after each attempt", () => {
  const policy = patientReconnectPolicy();
  for (const retryCount of [0, 1, 2, 3, 9, 500]) {
    const pause = policy.nextRetryDelayInMs({ retryCount, elapsedMs: 599_999 });
    assert.ok(pause !== null && pause >= 0 && pause <= 2_500, `${retryCount}: ${pause}`);
  }
  assert.ok(policy.nextRetryDelayInMs({ retryCount: 0, elapsedMs: 0 })! < 500);
  assert.equal(policy.nextRetryDelayInMs({ retryCount: 300, elapsedMs: 600_000 }), null);
});
