import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, toBase64 } from "./base64.js";

test("bytes survive", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.equal(toBase64(bytes), Buffer.from(bytes).toString("base64"));
  assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
});

test("what is not base64 is null", () => assert.equal(fromBase64("%"), null));
