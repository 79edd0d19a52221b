import assert from "node:assert/strict";
import { test } from "node:test";
import { eitherOf, mayUseTunnel } from "./tunnel-limits";

for (const [grade, hostname, may] of [
  ["tunnel", "calm-river.trycloudflare.com", true],
  ["lan", "calm-river.trycloudflare.com", true],
  [null, "calm-river.trycloudflare.com", true],
  ["turn", "calm-river.trycloudflare.com", false],
  ["tunnel", "localhost", false],
  [null, "192.168.1.20", false],
] as const) {
  test(`a page at ${hostname}, grade ${grade ?? "not known"}: ${may ? "may" : "does not"} use the tunnel`, () => {
    assert.equal(mayUseTunnel(grade, hostname), may);
  });
}

test("names several limits in both languages", () => {
  assert.equal(eitherOf(["see", "hear", "speak"], "en"), "see, hear, or speak");
  assert.equal(eitherOf(["ver", "ouvir", "falar"], "pt-BR"), "ver, ouvir ou falar");
});
