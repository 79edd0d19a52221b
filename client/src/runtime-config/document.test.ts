import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "./backoff.js";
import { readRuntimeConfig } from "./document.js";
import { aDocument } from "./fake-sidecar.js";

const UNKNOWN = {
  revision: 1,
  instance: null,
  phase: "preparing",
  publicUrl: null,
  origin: null,
  livekitUrl: null,
  verifiedAt: null,
  media: { grade: null },
  env: { NEXT_PUBLIC_SITE_URL: null },
};

test("a document where nothing is known yet is valid", () => {
  assert.deepEqual(readRuntimeConfig(JSON.stringify(UNKNOWN)), UNKNOWN);
});

test("a document where everything is known comes through as it is", () => {
  const known = aDocument({ env: { NEXT_PUBLIC_SITE_URL: "https://one.example" } });
  assert.deepEqual(readRuntimeConfig(JSON.stringify(known)), known);
});

for (const [what, change] of [
  ["a missing key", { publicUrl: undefined }],
  ["a script as address", { publicUrl: "javascript:alert(1)" }],
  ["a page as LiveKit's address", { livekitUrl: "https://one.example" }],
  ["an unknown phase", { phase: "splendid" }],
  ["an unknown grade", { media: { grade: "splendid" } }],
  ["a revision that is not a whole number", { revision: "1" }],
  ["a time that is none", { verifiedAt: "yesterday" }],
  ["an environment with an object in it", { env: { A: {} } }],
  ["an environment that is a text", { env: "A" }],
  ["no environment", { env: undefined }],
  ["a list with an address in it", { publicUrl: ["https://one.example"] }],
  ["an address that is none", { publicUrl: "https://" }],
] as const) {
  test(`refuses ${what}`, () => {
    assert.equal(readRuntimeConfig(JSON.stringify({ ...UNKNOWN, ...change })), null);
  });
}

test("refuses what is not an object", () => {
  for (const json of ["null", "[]", '"{}"', "1", "", "<html>"]) assert.equal(readRuntimeConfig(json), null);
});

test("backoff doubles up to its limit, and jitter only shortens", () => {
  const pace = backoff(100, 1_000, 0.5);
  const longest = [1, 2, 3, 4, 5, 99].map((failures) => pace.delay(failures, () => 0));
  assert.deepEqual(longest, [100, 200, 400, 800, 1_000, 1_000]);
  assert.equal(pace.delay(5, () => 1), 500);
});

test("a pace that makes no sense is refused", () => {
  for (const pace of [
    { minMs: 0, maxMs: 1, jitter: 0 },
    { minMs: 2, maxMs: 1, jitter: 0 },
    { minMs: 1, maxMs: Infinity, jitter: 0 },
    { minMs: 1, maxMs: 1, jitter: 2 },
    { minMs: NaN, maxMs: 1, jitter: 0 },
  ]) {
    assert.throws(() => backoff(pace.minMs, pace.maxMs, pace.jitter), RangeError);
  }
});
