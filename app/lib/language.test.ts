import assert from "node:assert/strict";
import { test } from "node:test";
import { hasLanguage, languageOf } from "./language";

test("recognizes a request without a language of this app", () => {
  assert.ok(!hasLanguage(undefined, undefined));
  assert.ok(!hasLanguage("a=b", "*"));
  assert.ok(hasLanguage(undefined, "de, pt-BR;q=0.8"));
  assert.ok(hasLanguage("language=en", undefined));
  assert.equal(languageOf("language=pt-BR", "en"), "pt-BR");
});
