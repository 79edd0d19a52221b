import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { stubGlobal } from "./browser.js";
import { aProblem, FakeServer } from "./fake-server.js";
import { joinLink, LinkError, linkInfo, reportLink } from "./index.js";

const INFO = { kind: "consultation", consultationType: "primeira vez", expiresAt: "2026-11-22T05:50:00Z" };
const JOINED = {
  ...INFO,
  livekitUrl: "wss://one.example",
  token: "a.b.c",
  identity: "maria-3f9a1c07",
  name: "Maria",
  iceServers: [],
  resume: "resume of one",
};

/** The browser's storage, which a test can deny to the page. */
class Storage {
  readonly items = new Map<string, string>();
  closed = false;
  getItem(key: string) {
    this.mustBeOpen();
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    this.mustBeOpen();
    this.items.set(key, value);
  }
  private mustBeOpen() {
    if (this.closed) throw new DOMException("denied", "SecurityError");
  }
}

const storage = new Storage();
stubGlobal("sessionStorage", storage);

let server: FakeServer;
let base: string;
/** Each test has a separate link, because values in memory outlive a test. */
let token: string;
let tests = 0;

beforeEach(async () => {
  server = await FakeServer.start();
  base = server.origin;
  token = `token-${(tests += 1)}`;
  storage.closed = false;
  storage.items.clear();
});

afterEach(() => server.stop());

test("joins under a name, and as the same person the next time", async () => {
  server.reply = { status: 200, body: JOINED };
  assert.deepEqual(await joinLink(token, { name: "Maria", base }), JOINED);
  await joinLink(token, { name: "Maria", base });
  assert.deepEqual(server.received.map(({ method, path, body }) => ({ method, path, body })), [
    { method: "POST", path: `/sidelink/links/${token}/join`, body: { name: "Maria" } },
    { method: "POST", path: `/sidelink/links/${token}/join`, body: { name: "Maria", resume: JOINED.resume } },
  ]);
});

test("joins by a route of the app, and comes back as the same person", async () => {
  server.reply = { status: 200, body: JOINED };
  for (let turn = 0; turn < 2; turn += 1) await joinLink(token, { name: "Ana", via: `${base}/api/join` });
  assert.deepEqual(
    server.received.map(({ path, body }) => [path, body]),
    [
      ["/api/join", { name: "Ana" }],
      ["/api/join", { name: "Ana", resume: JOINED.resume }],
    ],
  );
});

test("carries nothing over from another link", async () => {
  server.reply = { status: 200, body: JOINED };
  await joinLink(token, { name: "Maria", base });
  await joinLink(`${token}-other`, { name: "Maria", base });
  assert.deepEqual(server.received[1]?.body, { name: "Maria" });
});

test("without storage: the same person until the page closes", async () => {
  storage.closed = true;
  server.reply = { status: 200, body: JOINED };
  await joinLink(token, { name: "Maria", base });
  await joinLink(token, { name: "Maria", base });
  assert.deepEqual(server.received[1]?.body, { name: "Maria", resume: JOINED.resume });
});

test("a token with any characters stays one segment of the path", async () => {
  server.reply = { status: 200, body: INFO };
  await linkInfo("../../status?x=#", { base: `${base}/` });
  assert.equal(server.received[0]?.path, "/sidelink/links/..%2F..%2Fstatus%3Fx%3D%23");
});

test("describes a link before the visitor joins", async () => {
  server.reply = { status: 200, body: INFO };
  assert.deepEqual(await linkInfo(token, { base }), INFO);
  assert.equal(server.received[0]?.method, "GET");
});

test("reports as the participant who joined, and not before joining", async () => {
  await assert.rejects(reportLink(token, { media: "none", signal: true }, { base }), { code: "not_joined" });
  assert.equal(server.received.length, 0);
  server.reply = { status: 200, body: JOINED };
  await joinLink(token, { name: "Maria", base });
  server.reply = { status: 204 };
  await reportLink(token, { media: "lan", signal: true, rttMs: 12 }, { base });
  assert.deepEqual(server.received[1]?.body, { media: "lan", signal: true, rttMs: 12, resume: JOINED.resume });
  assert.equal(server.received[1]?.path, `/sidelink/links/${token}/report`);
});

for (const [what, status, body, headers, expected] of [
  ["a link that has ended", 404, aProblem("no_such_link"), {}, { code: "no_such_link", status: 404, retryAfter: null, fix: "do this" }],
  ["too many", 429, aProblem("too_many"), { "retry-after": "7" }, { code: "too_many", retryAfter: 7 }],
  ["a stack that starts", 503, aProblem("preparing"), { "retry-after": "2" }, { code: "preparing", message: "preparing, in English", messagePt: "preparing, em português" }],
  ["a page in the answer's place", 502, "<html>", { "retry-after": "soon" }, { code: "unexpected_answer", status: 502, retryAfter: null }],
  ["an answer that breaks the contract", 200, { ...JOINED, livekitUrl: "https://one.example" }, {}, { code: "unexpected_answer" }],
  ["an answer without what keeps the identity", 200, { ...JOINED, resume: undefined }, {}, { code: "unexpected_answer" }],
  ["null", 200, "null", {}, { code: "unexpected_answer" }],
  ["an error without a message", 400, { error: { code: "x" } }, {}, { code: "unexpected_answer", status: 400 }],
] as const) {
  test(`${what}: ${expected.code}`, async () => {
    server.reply = { status, body, headers };
    await assert.rejects(joinLink(token, { name: "Maria", base }), (error) => {
      assert.ok(error instanceof LinkError);
      for (const [key, value] of Object.entries(expected)) assert.equal(error[key as keyof LinkError], value, key);
      assert.ok(!`${error.message}${error.stack}`.includes(token));
      return true;
    });
  });
}

test("no answer: unreachable", async () => {
  await server.stop();
  await assert.rejects(joinLink(token, { name: "Maria", base }), { code: "unreachable", status: 0 });
  server = await FakeServer.start();
});

test("an abort by the page is not a LinkError", async () => {
  server.reply = "silence";
  const left = new AbortController();
  const joining = joinLink(token, { name: "Maria", base, signal: left.signal });
  await server.nextRequest();
  left.abort();
  await assert.rejects(joining, { name: "AbortError" });
});
