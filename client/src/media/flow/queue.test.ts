import assert from "node:assert/strict";
import { test } from "node:test";
import { AckedQueue } from "./queue.js";

/** A queue whose path takes `ms` from a frame to its ack. */
function measured(ms: number): AckedQueue {
  const queue = new AckedQueue();
  queue.sent(1_000, 0);
  queue.acked(1_000, ms);
  return queue;
}

test("nothing that waits has no age", () => {
  assert.equal(new AckedQueue().age(5_000), 0);
  assert.equal(measured(80).age(5_000), 0);
});

test("the age is that of the oldest frame beyond the path's own time", () => {
  const queue = measured(80);
  queue.sent(500, 1_000);
  queue.sent(500, 1_200);
  assert.equal(queue.age(1_080), 0);
  assert.equal(queue.age(1_480), 400);
  queue.acked(1_500, 1_500);
  assert.equal(queue.age(1_500), 220);
});

test("a long path is not a queue", () => {
  const queue = measured(300);
  queue.sent(500, 1_000);
  assert.equal(queue.age(1_290), 0);
});

test("before the first ack the path may take 400 ms", () => {
  const queue = new AckedQueue();
  queue.sent(500, 0);
  assert.equal(queue.age(400), 0);
  assert.equal(queue.age(700), 300);
});

test("a queue that was there from the start is not taken for the path", () => {
  const queue = measured(2_000);
  queue.sent(500, 5_000);
  assert.equal(queue.age(6_000), 600);
});

test("an ack in the middle of a frame leaves it waiting", () => {
  const queue = measured(80);
  queue.sent(500, 1_000);
  queue.acked(1_400, 1_100);
  assert.equal(queue.age(1_180), 100);
});

test("acks that go backwards or beyond what was sent are ignored", () => {
  const queue = measured(80);
  queue.sent(500, 1_000);
  queue.acked(900, 1_100);
  queue.acked(9_000, 1_100);
  assert.equal(queue.age(1_180), 100);
});

test("reports the shortest round trip", () => {
  const queue = measured(80);
  assert.equal(new AckedQueue().roundTrip(), null);
  queue.sent(500, 1_000);
  queue.acked(1_500, 1_300);
  assert.equal(queue.roundTrip(), 80);
});

test("measures what is delivered", () => {
  const queue = new AckedQueue();
  for (let at = 0; at <= 1_000; at += 100) {
    queue.sent(1_250, at);
    queue.acked(1_250 * (at / 100 + 1), at + 50);
  }
  assert.equal(queue.delivery(1_060), 100_000);
  assert.equal(queue.delivery(3_000), null);
});
