import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { aProblem, FakeServer } from "./fake-server.js";
import { createLink, getLink, joinAsHost, LinkError, listLinks, livekitToken, resendLink, revokeLink } from "./server.js";

const REQUEST = { professionalId: "p-1", clientId: "c-1", consultationType: "retorno" };
const LINK = {
  token: "t1",
  consultationUrl: "https://one.example/consultations/client/t1",
  room: "r1",
  expiresAt: "2026-11-22T05:50:00Z",
  verifiedAt: "2026-11-21T05:50:00Z",
  qr: "<svg/>",
};
const PREPARING = {
  statusUrl: "/status",
  phase: "preparing",
  waitingFor: { layer: "edge", since: "2026-11-21T05:50:00Z", message: "waiting", messagePt: "esperando" },
  retryAfter: 3,
};

let control: FakeServer;
let folder: string;
let file: string;

beforeEach(async () => {
  control = await FakeServer.start();
  folder = await mkdtemp(join(tmpdir(), "sidelink-"));
  file = join(folder, "token");
  await writeFile(file, "control-token\n");
  Object.assign(process.env, { SIDELINK_URL: control.origin, SIDELINK_TOKEN_FILE: file });
});

afterEach(async () => {
  await control.stop();
  await rm(folder, { recursive: true });
});

test("creates a link, and waits 25 s for it", async () => {
  control.reply = { status: 201, body: LINK };
  assert.deepEqual(await createLink({ ...REQUEST, ttl: 3600 }, { idempotencyKey: "click-1" }), { kind: "link", ...LINK });
  const { method, path, headers, body } = control.received[0]!;
  assert.deepEqual([method, path, body], ["POST", "/links?wait=25s", { ...REQUEST, ttl: 3600 }]);
  assert.equal(headers.authorization, "Bearer control-token");
  assert.equal(headers["idempotency-key"], "click-1");
});

test("returns what the stack waits for while there is no link", async () => {
  control.reply = { status: 202, body: PREPARING };
  const { statusUrl: _, ...known } = PREPARING;
  assert.deepEqual(await createLink(REQUEST, { wait: 0 }), { kind: "preparing", ...known });
  assert.equal(control.received[0]?.path, "/links");
  assert.equal(control.received[0]?.headers["idempotency-key"], undefined);
});

test("passes on an error of the sidecar unchanged", async () => {
  control.reply = { status: 503, body: aProblem("redis_down"), headers: { "retry-after": "5" } };
  await assert.rejects(createLink(REQUEST), (error) => {
    assert.ok(error instanceof LinkError);
    const { code, status, retryAfter, messagePt } = error;
    assert.deepEqual({ code, status, retryAfter, messagePt }, { code: "redis_down", status: 503, retryAfter: 5, messagePt: "redis_down, em português" });
    return true;
  });
});

test("uses a renewed token at the next request", async () => {
  control.reply = { status: 200, body: { sequence: 1, publicUrl: null, links: [] } };
  await listLinks();
  await writeFile(file, "another-token");
  await listLinks();
  assert.deepEqual(control.received.map(({ headers }) => headers.authorization), ["Bearer control-token", "Bearer another-token"]);
});

test("lists, and waits for a change after a sequence", async () => {
  const list = { sequence: 8, publicUrl: "https://one.example", links: [{ token: "t1" }] };
  control.reply = { status: 200, body: list };
  assert.deepEqual(await listLinks(), list);
  await listLinks({ after: 7, wait: 5 });
  assert.deepEqual(control.received.map(({ path }) => path), ["/links", "/links?after=7&wait=5s"]);
});

test("reads, sends again and ends a link", async () => {
  control.reply = ({ method, path }) => {
    if (method === "DELETE") return { status: 204 };
    return path.includes("resend") ? { status: 200, body: LINK } : { status: 200, body: { token: "t1", staleAddress: true } };
  };
  assert.equal((await getLink("t1")).staleAddress, true);
  assert.equal((await resendLink("t1")).kind, "link");
  await revokeLink("t1");
  assert.deepEqual(control.received.map(({ method, path }) => `${method} ${path}`), [
    "GET /links/t1",
    "POST /links/t1/resend?wait=25s",
    "DELETE /links/t1",
  ]);
});

test("joins as the host, under a name and as the same person again", async () => {
  const joined = {
    kind: "consultation", consultationType: "retorno", expiresAt: "2026-11-22T05:50:00Z", livekitUrl: "wss://one.example",
    token: "a.b.c", identity: "ana-3f9a1c07", name: "Dra. Ana", iceServers: [], resume: "resume of one",
  };
  control.reply = { status: 200, body: joined };
  assert.deepEqual(await joinAsHost("t1", { name: "Dra. Ana" }), joined);
  await joinAsHost("t1", { name: "Dra. Ana", resume: joined.resume });
  assert.deepEqual(
    control.received.map(({ method, path, body }) => [method, path, body]),
    [
      ["POST", "/links/t1/join", { name: "Dra. Ana" }],
      ["POST", "/links/t1/join", { name: "Dra. Ana", resume: "resume of one" }],
    ],
  );
  control.reply = { status: 200, body: { ...joined, livekitUrl: "https://one.example" } };
  await assert.rejects(joinAsHost("t1", { name: "Dra. Ana" }), LinkError);
});

test("requests a LiveKit token", async () => {
  control.reply = { status: 200, body: { token: "a.b.c" } };
  const participant = { room: "r1", identity: "i1", name: "Maria" };
  assert.equal(await livekitToken(participant), "a.b.c");
  assert.deepEqual(control.received[0]?.body, participant);
});

for (const [what, environment, code] of [
  ["without an address", { SIDELINK_URL: "" }, "sidecar_unknown"],
  ["with an address that is none", { SIDELINK_URL: "sidecar" }, "sidecar_unknown"],
  ["without a token's file", { SIDELINK_TOKEN_FILE: "" }, "token_unreadable"],
  ["with a file that is not there", { SIDELINK_TOKEN_FILE: "/nowhere/token" }, "token_unreadable"],
] as const) {
  test(`${what}: ${code}, and no request is sent`, async () => {
    Object.assign(process.env, environment);
    await assert.rejects(createLink(REQUEST), { code });
    assert.equal(control.received.length, 0);
  });
}

for (const [what, reply] of [
  ["a page", { status: 200, body: "<html>" }],
  ["another document", { status: 201, body: { token: "t1" } }],
  ["a redirect", { status: 302, headers: { location: "/elsewhere" } }],
] as const) {
  test(`${what} instead of the sidecar is not a link`, async () => {
    control.reply = reply;
    await assert.rejects(createLink(REQUEST), (error) => error instanceof LinkError && ["unexpected_answer", "unreachable"].includes(error.code));
    assert.equal(control.received.length, 1);
  });
}

test("an abort by the caller is not a LinkError", async () => {
  control.reply = "silence";
  const gone = new AbortController();
  const asking = createLink(REQUEST, { signal: gone.signal });
  await control.nextRequest();
  gone.abort();
  await assert.rejects(asking, { name: "AbortError" });
});
