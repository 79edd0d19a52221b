import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";
import { refusal } from "./problem";

export interface JoinRequest {
  readonly room: string;
  readonly name: string;
}

const ROOM = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
/** The sidecar's own namespace: rooms of links are opened by their links only. */
const RESERVED = /^sidelink-/i;
/** Invisible characters, which can make one name look like another; not U+200D, which joins emoji. */
const INVISIBLE = /(?!\u200d)\p{C}/u;

/** @throws Refusal */
export function parseJoinRequest(body: unknown): JoinRequest {
  if (typeof body !== "object" || body === null) throw refusal("not_json");
  const { room, name } = body as Record<string, unknown>;
  if (typeof room !== "string" || !ROOM.test(room)) throw refusal("room_invalid");
  if (RESERVED.test(room)) throw refusal("room_reserved");
  if (typeof name !== "string") throw refusal("name_invalid");
  const trimmed = name.trim();
  if (trimmed === "" || [...trimmed].length > 64 || INVISIBLE.test(trimmed)) throw refusal("name_invalid");
  return { room, name: trimmed };
}

/** A browser tells where a request comes from; a request without these headers is no browser's. */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return false;
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/** The visitor's address: the gateway drops what came in as X-Forwarded-For and writes its own. */
export function addressOf(headers: IncomingHttpHeaders, socketAddress: string | undefined): string {
  const forwarded = headers["x-forwarded-for"];
  const first = (Array.isArray(forwarded) ? forwarded[0] : forwarded)?.split(",")[0]?.trim();
  return first || socketAddress || "unknown";
}

const PRIVATE = new BlockList();
for (const [net, prefix] of [["10.0.0.0", 8], ["100.64.0.0", 10], ["127.0.0.0", 8], ["169.254.0.0", 16], ["172.16.0.0", 12], ["192.168.0.0", 16]] as const) {
  PRIVATE.addSubnet(net, prefix);
}
for (const [net, prefix] of [["::1", 128], ["fc00::", 7], ["fe80::", 10]] as const) PRIVATE.addSubnet(net, prefix, "ipv6");

/** A private address may be a bridge's or a proxy's, which all visitors share; one that cannot be read says as little. */
export function isShared(address: string): boolean {
  const version = isIP(address);
  return version === 0 || PRIVATE.check(address, `ipv${version as 4 | 6}`);
}

/** An address as a limit counts it: of IPv6 the first 64 bits, which are one household's. */
export function networkOf(address: string): string {
  if (!address.includes(":") || /^::ffff:\d+\./i.test(address)) return address;
  const [head = "", tail = ""] = address.toLowerCase().split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === "" ? [] : tail.split(":");
  const zeros = address.includes("::") ? Array<string>(Math.max(0, 8 - front.length - back.length)).fill("0") : [];
  return [...front, ...zeros, ...back].slice(0, 4).map((part) => part.replace(/^0+(?=.)/, "")).join(":");
}
