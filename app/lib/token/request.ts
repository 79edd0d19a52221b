import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";
import { refusal } from "./problem";

export interface JoinRequest {
  readonly room: string;
  readonly name: string;
}

const ROOM = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
/** The sidecar's namespace: only links open these rooms. */
const RESERVED = /^sidelink-/i;
/** Invisible characters, which can make one name look like another; not U+200D, which joins emoji. */
const INVISIBLE = /(?!\u200d)\p{C}/u;

/** Validates room and name. @throws Refusal */
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

/** Whether the request comes from a page of this origin. A request without these headers is not from a browser. */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return false;
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/** Returns the visitor's address. The gateway drops the visitor's X-Forwarded-For and sets its own. */
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

/**
 * Whether several visitors may share the address: a private one may belong to a bridge or a proxy,
 * an invalid one is unknown.
 */
export function isShared(address: string): boolean {
  const version = isIP(address);
  return version === 0 || PRIVATE.check(address, `ipv${version as 4 | 6}`);
}

/** Returns the network that a limit counts: for IPv6 the first 64 bits, which identify one household. */
export function networkOf(address: string): string {
  if (!address.includes(":") || /^::ffff:\d+\./i.test(address)) return address;
  const [head = "", tail = ""] = address.toLowerCase().split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === "" ? [] : tail.split(":");
  const zeros = address.includes("::") ? Array<string>(Math.max(0, 8 - front.length - back.length)).fill("0") : [];
  return [...front, ...zeros, ...back].slice(0, 4).map((part) => part.replace(/^0+(?=.)/, "")).join(":");
}
