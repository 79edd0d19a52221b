import assert from "node:assert/strict";
import { test } from "node:test";
import { SignInLimit } from "./sign-in-limit";

const codes = (limit: SignInLimit, network: string, count: number, now = 0) =>
  Array.from({ length: count }, () => limit.wrong(network, now).problem.code);

test("ten wrong passwords from one network are answered as wrong, the others as too many", () => {
  const answers = codes(new SignInLimit(), "a", 400);
  assert.deepEqual(answers.slice(0, 10), Array(10).fill("wrong_password"));
  assert.deepEqual(new Set(answers.slice(10)), new Set(["too_many"]));
});

test("a network that is refused already uses up nothing of the others", () => {
  const limit = new SignInLimit();
  codes(limit, "a", 10_000);
  assert.deepEqual(codes(limit, "b", 1), ["wrong_password"]);
});

test("the limit of all networks is named as such, and ends after a minute", () => {
  const limit = new SignInLimit();
  const answers = Array.from({ length: 3_001 }, (_, number) => limit.wrong(`network-${number}`, 0));
  assert.deepEqual(answers.slice(-2).map(({ problem }) => problem.code), ["wrong_password", "too_many_in_all"]);
  assert.ok(!/this address|deste endereço/.test(`${answers.at(-1)?.problem.message} ${answers.at(-1)?.problem.messagePt}`));
  assert.equal(limit.wrong("later", 60_000).problem.code, "wrong_password");
});
