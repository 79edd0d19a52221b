import assert from "node:assert/strict";
import { test } from "node:test";
import { nextState, RETRY_MS, type LinkEvent, type LinkState } from "./state.js";

const OPEN: LinkEvent = { kind: "open", patient: false };
const JOINED: LinkEvent = { kind: "joined", resume: "secret" };
const RETRY: LinkEvent = { kind: "retry" };
const CUT: LinkEvent = { kind: "closed", code: 1006, reason: "" };
const closed = (code: number, reason = ""): LinkEvent => ({ kind: "closed", code, reason });
const leave = (reason: string, again = false): LinkEvent => ({ kind: "leave", reason, again });

const after = (...events: LinkEvent[]): LinkState => events.reduce(nextState, { kind: "idle" } as LinkState);

test("a page opens and joins", () => {
  assert.deepEqual(after(OPEN), { kind: "opening", attempt: 0, resume: null, patient: false });
  assert.deepEqual(after(OPEN, JOINED), { kind: "joined", resume: "secret" });
});

test("a lost socket is retried with the secret within the 15 s for which the bridge keeps the participant", () => {
  let state = after(OPEN, JOINED);
  const pauses: number[] = [];
  for (let attempt = 1; attempt <= RETRY_MS.length; attempt += 1) {
    state = nextState(state, CUT);
    assert.ok(state.kind === "lost" && state.resume === "secret");
    pauses.push(state.retryInMs);
    state = nextState(state, RETRY);
  }
  assert.deepEqual(pauses, [...RETRY_MS]);
  const last = pauses.reduce((sum, pause) => sum + pause, 0);
  assert.ok(last > 14_000 && last < 15_000, `${last}`);
  assert.deepEqual(nextState(state, CUT), { kind: "ended", reason: "server_unreachable" });
});

test("a join begins the count anew", () => {
  const state = after(OPEN, JOINED, CUT, RETRY, CUT, RETRY, JOINED, CUT);
  assert.ok(state.kind === "lost" && state.attempt === 1);
});

test("a stack without bridge is given up soon, unless there is no other way", () => {
  const failures = [CUT, RETRY, CUT];
  assert.deepEqual(after(OPEN, ...failures), { kind: "ended", reason: "unavailable" });
  assert.equal(after({ kind: "open", patient: true }, ...failures).kind, "lost");
});

test("the bridge's codes end the call", () => {
  assert.deepEqual(after(OPEN, closed(1013, '{"code":"full","retryAfter":10}')), { kind: "ended", reason: "full" });
  assert.deepEqual(after(OPEN, JOINED, closed(1008, "more than 30 video frames per second")), { kind: "ended", reason: "failed" });
  for (const reason of ["replaced", "removed", "room_closed", "expired", "server_unreachable"] as const) {
    assert.deepEqual(after(OPEN, JOINED, leave(reason)), { kind: "ended", reason });
  }
  assert.deepEqual(after(OPEN, JOINED, leave("constructor")), { kind: "ended", reason: "failed" });
});

test("leave with again joins anew, without the secret", () => {
  const state = after(OPEN, JOINED, leave("restart", true));
  assert.deepEqual(state, { kind: "lost", attempt: 1, resume: null, patient: true, retryInMs: 300 });
  // The socket that closes afterwards is not a second loss.
  assert.equal(nextState(state, closed(1000)), state);
});

test("nothing follows the end", () => {
  const ended = after(OPEN, JOINED, { kind: "bye" });
  assert.deepEqual(ended, { kind: "ended", reason: "left" });
  for (const event of [OPEN, JOINED, RETRY, CUT, leave("removed")]) assert.equal(nextState(ended, event), ended);
});

test("events that do not fit change nothing", () => {
  for (const event of [JOINED, RETRY, CUT]) assert.deepEqual(after(event), { kind: "idle" });
  assert.deepEqual(after(OPEN, JOINED, RETRY), after(OPEN, JOINED));
});
