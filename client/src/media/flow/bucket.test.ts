import assert from "node:assert/strict";
import { test } from "node:test";
import { Bucket } from "./bucket.js";

test("a burst is allowed, then the rate", () => {
  const bucket = new Bucket(10, 3);
  let spent = 0;
  for (let now = 0; now < 10_000; now += 10) {
    if (!bucket.isLeft(now)) continue;
    bucket.spend(1, now);
    spent += 1;
  }
  assert.ok(spent >= 100 && spent <= 104, `${spent}`);
});
