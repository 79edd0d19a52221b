import assert from "node:assert/strict";
import { test } from "node:test";
import { hasLanguage, languageOf } from "./language";

test("whoever says no language that is spoken here is not known by it", () => {
  assert.ok(!hasLanguage(undefined, undefined));
  assert.ok(!hasLanguage("a=b", "*"));
  assert.ok(hasLanguage(undefined, "de, pt-BR;q=0.8"));
  assert.ok(hasLanguage("language=en", undefined));
  assert.equal(languageOf("language=pt-BR", "en"), "pt-BR");
});
