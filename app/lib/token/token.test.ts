import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Refusal } from "./problem";
import { RateLimit } from "./rate-limit";
import { addressOf, identityFor, isSameOrigin, networkOf, parseJoinRequest } from "./request";
import { livekitToken } from "./sidecar";

const ANA = { room: "lobby", identity: "ana-1", name: "Ana" };

let folder: string;
let tokenFile: string;
let asked: { headers: IncomingHttpHeaders; body: string }[] = [];
let answer: { status: number; body: string } = { status: 200, body: "{}" };

const sidecar = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  asked.push({ headers: request.headers, body });
  response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
});
const url = () => `http://127.0.0.1:${(sidecar.address() as AddressInfo).port}`;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "token-"));
  tokenFile = join(folder, "token");
  await writeFile(tokenFile, "first\n");
  sidecar.listen(0, "127.0.0.1");
  await once(sidecar, "listening");
});

after(async () => {
  sidecar.close();
  await rm(folder, { recursive: true });
});

function refused(code: string) {
  return (error: unknown) => error instanceof Refusal && error.problem.code === code;
}

test("asks with the token that the file holds now", async () => {
  answer = { status: 200, body: JSON.stringify({ token: "jwt", expiresAt: "2026-11-21T05:50:00Z" }) };
  asked = [];
  assert.equal(await livekitToken({ url: url(), tokenFile }, ANA), "jwt");
  await writeFile(tokenFile, "  second \n");
  await livekitToken({ url: url(), tokenFile }, ANA);
  assert.deepEqual(
    asked.map(({ headers }) => headers.authorization),
    ["Bearer first", "Bearer second"],
  );
  assert.deepEqual(JSON.parse(asked[0]?.body ?? ""), ANA);
});

test("hands on what the sidecar says to people", async () => {
  const error = { code: "livekit_down", message: "LiveKit is not running.", message_pt: "LiveKit não está rodando." };
  answer = { status: 503, body: JSON.stringify({ error: { ...error, fix: "Start LiveKit.", docs: null } }) };
  await assert.rejects(livekitToken({ url: url(), tokenFile }, ANA), refused("livekit_down"));
});

test("an answer about the app's own token is told as the app's problem", async () => {
  answer = { status: 401, body: JSON.stringify({ error: { code: "unauthorized", message: "who?" } }) };
  await assert.rejects(livekitToken({ url: url(), tokenFile }, ANA), refused("sidecar_refused"));
});

test("an answer of another shape is refused", async () => {
  for (const strange of [{ status: 200, body: "{}" }, { status: 200, body: "<html>" }, { status: 500, body: "oops" }]) {
    answer = strange;
    await assert.rejects(livekitToken({ url: url(), tokenFile }, ANA), refused("sidecar_answer"));
  }
});

test("says when there is no sidecar, and when there is no token", async () => {
  const nowhere = { url: "http://127.0.0.1:1", tokenFile };
  await assert.rejects(livekitToken(nowhere, ANA), refused("sidecar_unreachable"));
  await assert.rejects(livekitToken({ url: undefined, tokenFile }, ANA), refused("sidecar_unreachable"));
  const unreadable = { url: url(), tokenFile: join(folder, "none") };
  await assert.rejects(livekitToken(unreadable, ANA), refused("token_unreadable"));
});

test("takes sensible rooms and names", () => {
  assert.deepEqual(parseJoinRequest({ room: "lobby", name: "  Zé 🎸 " }), { room: "lobby", name: "Zé 🎸" });
});

test("refuses other rooms and names", () => {
  for (const room of ["", "-a", "a b", "ação", "a".repeat(65), "../x", 1, undefined]) {
    assert.throws(() => parseJoinRequest({ room, name: "Ana" }), refused("room_invalid"), String(room));
  }
  for (const name of ["", "   ", "a".repeat(65), "a\nb", "a\u202eb", 1, undefined]) {
    assert.throws(() => parseJoinRequest({ room: "lobby", name }), refused("name_invalid"), String(name));
  }
  assert.throws(() => parseJoinRequest(null), refused("not_json"));
});

test("an identity is readable and never the same twice", () => {
  assert.match(identityFor("Zé da Silva"), /^ze-da-silva-[0-9a-f]{8}$/);
  assert.match(identityFor("李小龙"), /^guest-[0-9a-f]{8}$/);
  assert.match(identityFor(`${"a".repeat(31)} b`), /^a{31}-[0-9a-f]{8}$/);
  assert.notEqual(identityFor("Ana"), identityFor("Ana"));
});

test("only this origin's pages may ask", () => {
  const host = "x.example:8080";
  assert.ok(isSameOrigin({ host }));
  assert.ok(isSameOrigin({ host, origin: "http://x.example:8080", "sec-fetch-site": "same-origin" }));
  assert.ok(isSameOrigin({ host: "X.example", origin: "https://x.example" }));
  assert.ok(!isSameOrigin({ host, origin: "http://x.example" }));
  assert.ok(!isSameOrigin({ host, origin: "https://evil.example" }));
  assert.ok(!isSameOrigin({ host, origin: "null" }));
  assert.ok(!isSameOrigin({ host, "sec-fetch-site": "cross-site" }));
});

test("the visitor's address is the first one forwarded", () => {
  assert.equal(addressOf({ "x-forwarded-for": "198.51.100.9, 10.0.0.1" }, "10.0.0.2"), "198.51.100.9");
  assert.equal(addressOf({}, "10.0.0.2"), "10.0.0.2");
});

test("an address waits for its window to end; another does not", () => {
  const limit = new RateLimit(2, 60_000);
  assert.deepEqual([limit.admit("a", 0), limit.admit("a", 1_000), limit.admit("a", 2_000)], [0, 0, 58]);
  assert.equal(limit.admit("b", 2_000), 0);
  assert.equal(limit.admit("a", 60_000), 0);
});

test("the limit's memory is bounded", () => {
  const limit = new RateLimit(1, 60_000, 2);
  for (const address of ["a", "b", "c"]) limit.admit(address, 0);
  assert.equal(limit.admit("a", 1), 0, "the oldest was forgotten");
  assert.ok(limit.admit("c", 1) > 0, "the newest was not");
});

test("of IPv6 a household counts as one, of IPv4 an address", () => {
  assert.equal(networkOf("2001:db8:1:2:aaaa:bbbb:cccc:1"), networkOf("2001:0db8:0001:0002::9"));
  assert.notEqual(networkOf("2001:db8:1:2::1"), networkOf("2001:db8:1:3::1"));
  assert.equal(networkOf("198.51.100.9"), "198.51.100.9");
  assert.notEqual(networkOf("::ffff:198.51.100.9"), networkOf("::ffff:198.51.100.10"));
  assert.equal(networkOf("::1"), "0:0:0:0");
});
