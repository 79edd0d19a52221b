import assert from "node:assert/strict";
import { test } from "node:test";
import { longestBehind, pictureDelay, sendsOver, soundLateness, type Shape } from "./simulated-line.js";

const LINES: readonly Shape[] = [3_000_000, 1_000_000, 400_000].flatMap((rate) => [60, 200].map((roundTripMs) => ({ rate, roundTripMs })));
const named = ({ rate, roundTripMs }: Shape) => `${rate / 1_000} kbit/s, ${roundTripMs} ms`;
/** Others need a key frame at these times. */
const KEYS_AT = [20_000, 40_000];

for (const line of LINES) {
  test(`${named(line)}: pictures stay near, and sound is in time`, () => {
    const seen = sendsOver(line, 60, KEYS_AT);
    assert.equal(longestBehind(seen, 1_000, 0, 60_000), 0);
    const delay = pictureDelay(seen, 0.95, 0, 60_000);
    assert.ok(delay < 350, `${delay}`);
    const [first, later] = [soundLateness(seen, 0, 5_000), soundLateness(seen, 5_000, 60_000)];
    assert.ok(first < 400 && later < 300, `${first} ${later}`);
    const sent = seen.pictures.filter(({ sent }) => sent >= 5_000).length / 55;
    assert.ok(sent > 20, `${sent} pictures a second`);
  });

  for (const ms of [1_000, 3_000, 8_000]) {
    test(`${named(line)}: after ${ms} ms without anything the picture is back within 2 s`, () => {
      const [at, end] = [20_000, 20_000 + ms];
      const seen = sendsOver({ ...line, stop: { at, ms } }, 60);
      const back = seen.behind.findIndex((age, now) => now >= end && age < 250) - end;
      assert.ok(back < 1_000, `${back}`);
      assert.equal(longestBehind(seen, 1_000, end + 1_000, 60_000), 0);
      const lateness = soundLateness(seen, end + 2_000, 60_000);
      assert.ok(lateness < 300, `${lateness}`);
      const [before, after] = [at, end + 1_500].map((now) => seen.targets[now / 500 - 1]!.bitrate);
      assert.ok(after! >= before! * 0.4, `a line that stood still is not a slow line: ${before} ${after}`);
    });
  }
}

test("a line that carries the full size gets it, one of 400 kbit/s does not", () => {
  const last = (rate: number) => sendsOver({ rate, roundTripMs: 60 }, 30).targets.map(({ shrink }) => shrink);
  assert.ok(last(1_000_000).slice(6).every((shrink) => shrink === 1), "after 3 s, and it stays");
  assert.ok(last(400_000).every((shrink) => shrink === 2));
});
