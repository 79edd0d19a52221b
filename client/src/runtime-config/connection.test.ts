import assert from "node:assert/strict";
import { test } from "node:test";
import {
  connectionOf,
  deadline,
  reduce,
  INITIAL_FACTS,
  SILENCE_MS,
  type Connection,
  type ConnectionEvent,
  type Facts,
} from "./connection.js";
import { aDocument } from "./fake-sidecar.js";

const documentOf = (instance: string | null): ConnectionEvent => ({
  kind: "document",
  document: aDocument({ instance }),
});
const answers = (kind: "unchanged" | "gone" | "preparing" | "busy" | "foreign" | "unclear" | "absent"): ConnectionEvent => ({
  kind,
});
const OURS = documentOf("one");
const ASKED = { kind: "asked" } as const;
const LOST = { kind: "lost" } as const;
const ALARM = { kind: "alarm" } as const;
const OFFLINE = { kind: "network", online: false } as const;
const ONLINE = { kind: "network", online: true } as const;

type Step = readonly [at: number, event: ConnectionEvent];

function after(steps: readonly Step[]): Facts {
  return steps.reduce((facts, [at, event]) => reduce(facts, event, at), INITIAL_FACTS);
}

const reconnecting = (since: number): Connection => ({ kind: "reconnecting", since });
const S = SILENCE_MS;

const ROWS: readonly (readonly [what: string, steps: readonly Step[], verdict: Connection | Connection["kind"]])[] = [
  ["nothing yet", [], "connecting"],
  ["the first request is open", [[0, ASKED]], "connecting"],
  ["the first document", [[0, ASKED], [1, OURS]], "connected"],
  ["the first attempt failed", [[0, ASKED], [3, LOST]], reconnecting(3)],
  ["what was followed ended", [[0, OURS], [5, LOST]], reconnecting(5)],
  ["it fails again: since the first time", [[0, OURS], [5, LOST], [6, ASKED], [9, LOST]], reconnecting(5)],
  ["an unclear answer", [[0, OURS], [5, LOST], [7, answers("unclear")]], reconnecting(5)],
  ["an unclear answer, at first", [[0, ASKED], [7, answers("unclear")]], reconnecting(7)],

  ["the edge reports that the address is gone", [[0, OURS], [5, LOST], [6, answers("gone")]], "gone"],
  ["gone, and a new request fails", [[6, answers("gone")], [7, LOST], [8, ASKED], [9, LOST]], "gone"],
  ["gone, and comes back", [[6, answers("gone")], [7, LOST], [9, OURS]], "connected"],

  ["no answer for a little less", [[0, ASKED], [S - 1, ALARM]], "connecting"],
  ["no answer for so long", [[0, ASKED], [S, ALARM]], "gone"],
  ["no answer for so long, after a loss", [[0, OURS], [5, LOST], [6, ASKED], [6 + S, ALARM]], "gone"],
  ["failed attempts do not restart the silence", [[0, ASKED], [8, LOST], [9, ASKED], [S, ALARM]], "gone"],
  ["silence, then an answer", [[0, ASKED], [S, ALARM], [S + 1, ASKED], [S + 2, OURS]], "connected"],
  ["silence, then an answer of a third party", [[0, ASKED], [S, ALARM], [S + 2, answers("foreign")]], "foreign"],
  ["any answer ends a silence", [[0, ASKED], [9, answers("preparing")], [S, ALARM]], "preparing"],
  ["a pause is not silence", [[0, answers("preparing")], [1, LOST], [S + 1, ASKED], [S + 2, ALARM]], "preparing"],
  ["a request held open is not silence", [[0, OURS], [1, ASKED], [1 + S, ALARM]], "connected"],
  ["the machine was suspended meanwhile", [[0, ASKED], [S + 60_000, ALARM]], "connecting"],
  ["it was suspended, and there is still no answer", [[0, ASKED], [90_000, ALARM], [90_000 + S, ALARM]], "gone"],
  ["the page is visible again: silence counts from then", [[0, ASKED], [S - 1, ONLINE], [S, ALARM]], "connecting"],
  ["visible again, and still silent", [[0, ASKED], [9, ONLINE], [9 + S, ALARM]], "gone"],

  ["no network", [[0, OFFLINE]], "offline"],
  ["no network, while it works all the same", [[0, OURS], [1, OFFLINE]], "connected"],
  ["no network, and it was lost", [[0, OURS], [1, OFFLINE], [2, LOST]], "offline"],
  ["silence without network", [[0, ASKED], [1, OFFLINE], [S, ALARM]], "offline"],
  ["the network is back: silence counts from then", [[0, ASKED], [1, OFFLINE], [9, ONLINE], [S, ALARM]], "connecting"],
  ["the network is back, and no answer comes", [[0, ASKED], [1, OFFLINE], [9, ONLINE], [9 + S, ALARM]], "gone"],
  ["the network is back, and so is the stack", [[0, OFFLINE], [9, ONLINE], [10, OURS]], "connected"],

  ["the stack starts", [[0, OURS], [1, LOST], [2, answers("preparing")], [3, LOST]], "preparing"],
  ["it has started", [[2, answers("preparing")], [3, LOST], [4, OURS]], "connected"],
  ["too many", [[0, answers("busy")], [1, LOST]], "busy"],
  ["a third party on the path", [[0, answers("foreign")], [1, LOST]], "foreign"],
  ["the last answer counts", [[0, answers("foreign")], [1, answers("busy")], [2, answers("gone")]], "gone"],

  ["no such path here", [[0, ASKED], [1, answers("absent")]], "alone"],
  ["no such path any more", [[0, OURS], [1, LOST], [2, answers("absent")]], "foreign"],

  ["another stack", [[0, OURS], [1, LOST], [2, documentOf("another")]], "replaced"],
  ["another stack, and nothing new of it", [[0, OURS], [2, documentOf("another")], [3, answers("unchanged")]], "replaced"],
  ["the first one again", [[0, OURS], [2, documentOf("another")], [3, OURS]], "connected"],
  ["a document without a name is from the same stack", [[0, OURS], [2, documentOf(null)]], "connected"],
  ["the first name counts", [[0, documentOf(null)], [1, OURS], [2, documentOf("another")]], "replaced"],
];

for (const [what, steps, verdict] of ROWS) {
  test(`${what}: ${typeof verdict === "string" ? verdict : verdict.kind}`, () => {
    const expected = typeof verdict === "string" ? { kind: verdict } : verdict;
    assert.deepEqual(connectionOf(after(steps)), expected);
  });
}

test("an alarm is due only while a request is unanswered and the network is up", () => {
  assert.equal(deadline(after([])), Infinity);
  assert.equal(deadline(after([[5, ASKED]])), 5 + S);
  assert.equal(deadline(after([[5, ASKED], [6, OURS]])), Infinity);
  assert.equal(deadline(after([[5, ASKED], [6, OFFLINE]])), Infinity);
  assert.equal(deadline(after([[5, ASKED], [5 + S, ALARM], [30_000, ASKED]])), Infinity);
});
