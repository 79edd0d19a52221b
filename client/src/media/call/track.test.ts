import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Elements } from "./elements.js";
import { SwitchingTrack } from "./track.js";

let log: string[];
let track: SwitchingTrack;

const elements = {
  add: (element: { id: string }, media: { id: string }) => log.push(`${element.id} + ${media.id}`),
  remove: (element: { id: string }, media: { id: string }) => log.push(`${element.id} - ${media.id}`),
  replace: (element: { id: string }, before: { id: string }, after: { id: string }) => log.push(`${element.id} ${before.id} > ${after.id}`),
} as unknown as Elements;

const element = (id: string) => ({ id }) as HTMLMediaElement;
const source = (id: string, muted = false) => ({ media: Object.assign(new EventTarget(), { id, muted }) as unknown as MediaStreamTrack });
const A = element("A");

beforeEach(() => {
  log = [];
  track = new SwitchingTrack("camera", elements, false);
});

test("an element plays the source, whichever comes first", () => {
  track.attach(A);
  track.use(source("x"));
  track.attach(element("B"));
  assert.deepEqual(log, ["A + x", "B + x"]);
});

test("attaching twice is attaching once, and a detached element keeps nothing", () => {
  track.use(source("x"));
  track.attach(A);
  track.attach(A);
  track.detach(A);
  track.detach(A);
  assert.deepEqual(log, ["A + x", "A - x"]);
});

test("the last picture stays until the next source has one", () => {
  track.use(source("x"));
  track.attach(A);
  const next = source("y", true);
  track.use(next);
  assert.deepEqual(log, ["A + x"]);
  next.media.dispatchEvent(new Event("unmute"));
  assert.deepEqual(log, ["A + x", "A x > y"]);
});

test("a source without pictures is shown after 3 s, because it may be muted", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  track.use(source("x"));
  track.attach(A);
  track.use(source("y", true));
  t.mock.timers.tick(3_000);
  assert.deepEqual(log, ["A + x", "A x > y"]);
});

test("only the latest of two sources that wait is shown", () => {
  track.use(source("x"));
  track.attach(A);
  const [first, second] = [source("y", true), source("z", true)];
  track.use(first);
  track.use(second);
  first.media.dispatchEvent(new Event("unmute"));
  second.media.dispatchEvent(new Event("unmute"));
  assert.deepEqual(log, ["A + x", "A x > z"]);
});

test("the end empties the elements", () => {
  track.use(source("x"));
  track.attach(A);
  track.end();
  assert.deepEqual(log, ["A + x", "A - x"]);
});
