import assert from "node:assert/strict";
import { test } from "node:test";
import { explainMedia, firstKnown, mayBeAsked, needsPermission, type LocalNetworkPermission } from "./local-network";
import type { CallProblem } from "./problem";

const SERVER_PROBLEM = { code: "x", message: "x", messagePt: "x", fix: null, docs: null };

for (const [problem, permission, shown] of [
  ["media", "denied", "localNetwork"],
  ["media", "prompt", "media"],
  ["media", "granted", "media"],
  ["media", null, "media"],
  ["signal", "denied", "signal"],
  ["refused", "denied", "refused"],
  [SERVER_PROBLEM, "denied", SERVER_PROBLEM],
  [null, "denied", null],
] as const satisfies readonly (readonly [CallProblem | null, LocalNetworkPermission, CallProblem | null])[]) {
  const name = typeof problem === "object" ? (problem?.code ?? "no problem") : problem;
  test(`${name}, and the permission is ${permission ?? "unknown"}`, () => {
    assert.equal(explainMedia(problem, permission), shown);
  });
}

for (const [permission, hint] of [["prompt", true], ["granted", false], ["denied", false], [null, false]] as const) {
  test(`while connecting, the permission is ${permission ?? "unknown"}: ${hint ? "a hint" : "no hint"}`, () => {
    assert.equal(mayBeAsked(permission), hint);
  });
}

for (const [hostname, needed] of [
  ["x.trycloudflare.com", true],
  ["203.0.113.9", true],
  ["172.32.0.1", true],
  ["100.128.0.1", true],
  ["local.example", true],
  ["10.example.com", true],
  ["[2001:db8::1]", true],
  ["localhost", false],
  ["127.0.0.1", false],
  ["10.0.0.7", false],
  ["172.16.0.1", false],
  ["192.168.1.20", false],
  ["169.254.1.1", false],
  ["100.64.0.1", false],
  ["laptop.local", false],
  ["[::1]", false],
  ["[fd00::1]", false],
  ["[fe80::1]", false],
] as const) {
  test(`a page from ${hostname} ${needed ? "needs" : "does not need"} the permission`, () => {
    assert.equal(needsPermission({ hostname, isSecureContext: true }), needed);
    assert.equal(needsPermission({ hostname, isSecureContext: false }), false);
  });
}

for (const [what, known, answer] of [
  ["the newer name", { "local-network": "denied", "local-network-access": "granted" }, "denied"],
  ["the older name only", { "local-network-access": "prompt" }, "prompt"],
  ["neither name", {}, null],
] as const satisfies readonly (readonly [string, Record<string, PermissionState>, LocalNetworkPermission])[]) {
  test(`a browser that knows ${what}: ${answer ?? "unknown"}`, async () => {
    const browser = new Map<string, PermissionState>(Object.entries(known));
    const query = async (name: string) => {
      const state = browser.get(name);
      if (!state) throw new TypeError(`'${name}' is not a valid enum value of type PermissionName`);
      return state;
    };
    assert.equal(await firstKnown(query), answer);
  });
}
