import assert from "node:assert/strict";
import { test } from "node:test";
import { OpenRooms } from "./open-rooms";
import { Refusal } from "./problem";
import { RateLimit } from "./rate-limit";
import { addressOf, isShared, isSameOrigin, networkOf, parseJoinRequest } from "./request";

function refused(code: string) {
  return (error: unknown) => error instanceof Refusal && error.problem.code === code;
}

test("accepts valid rooms and names", () => {
  assert.deepEqual(parseJoinRequest({ room: "lobby", name: "  Zé 🎸 " }), { room: "lobby", name: "Zé 🎸" });
  assert.equal(parseJoinRequest({ room: "lobby", name: "👩\u200d⚕️" }).name, "👩\u200d⚕️");
});

test("refuses other rooms and names", () => {
  for (const room of ["", "-a", "a b", "ação", "a".repeat(65), "../x", 1, undefined]) {
    assert.throws(() => parseJoinRequest({ room, name: "Ana" }), refused("room_invalid"), String(room));
  }
  for (const room of ["sidelink-room-0123456789abcdef", "Sidelink-probe"]) {
    assert.throws(() => parseJoinRequest({ room, name: "Ana" }), refused("room_reserved"), room);
  }
  for (const name of ["", "   ", "a".repeat(65), "a\nb", "a\u202eb", "a\u200bb", "a\ue000", "a\u{e0041}", "a\u0378", 1, undefined]) {
    assert.throws(() => parseJoinRequest({ room: "lobby", name }), refused("name_invalid"), String(name));
  }
  assert.throws(() => parseJoinRequest(null), refused("not_json"));
});

test("admits only pages of this origin", () => {
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

test("a limited address waits for its window to end; another does not", () => {
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

test("counts an IPv6 household as one, and each IPv4 address", () => {
  assert.equal(networkOf("2001:db8:1:2:aaaa:bbbb:cccc:1"), networkOf("2001:0db8:0001:0002::9"));
  assert.notEqual(networkOf("2001:db8:1:2::1"), networkOf("2001:db8:1:3::1"));
  assert.equal(networkOf("198.51.100.9"), "198.51.100.9");
  assert.notEqual(networkOf("::ffff:198.51.100.9"), networkOf("::ffff:198.51.100.10"));
  assert.equal(networkOf("::1"), "0:0:0:0");
});

test("an address that all visitors may share has no separate limit", () => {
  for (const shared of ["172.18.0.1", "192.168.65.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "::1", "fd00::1", "::ffff:10.1.2.3", "unknown"]) {
    assert.ok(isShared(shared), shared);
  }
  for (const own of ["198.51.100.9", "172.32.0.1", "2001:db8::1", "::ffff:8.8.8.8"]) assert.ok(!isShared(own), own);
  const rooms = new OpenRooms();
  const opened = Array.from({ length: 40 }, (_, number) => rooms.admit(`room-${number}`, null, 0)).filter((wait) => wait === 0);
  assert.equal(opened.length, 30);
});

test("one network holds five rooms open, all together thirty, and open ones can be joined", () => {
  const rooms = new OpenRooms();
  const admitted = (room: string, network: string, now = 0) => rooms.admit(room, network, now) === 0;
  const opened = (network: string) => Array.from({ length: 10 }, (_, number) => admitted(`${network}-${number}`, network));
  assert.equal(opened("a").filter(Boolean).length, 5);
  for (const network of ["b", "c", "d", "e", "f"]) assert.equal(opened(network).filter(Boolean).length, 5);
  assert.ok(!admitted("one-more", "g"));
  assert.ok(admitted("a-0", "g"), "an open room was refused");
  assert.ok(admitted("one-more", "g", 600_000), "rooms are never forgotten");
});

test("one network holds no more by joining its rooms again and again", () => {
  const rooms = new OpenRooms();
  const held: string[] = [];
  for (let minute = 0; minute < 120; minute += 1) {
    for (const room of held) rooms.admit(room, "a", minute * 60_000);
    if (rooms.admit(`room-${minute}`, "a", minute * 60_000) === 0) held.push(`room-${minute}`);
  }
  assert.equal(held.length, 5);
});
