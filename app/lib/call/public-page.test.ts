import assert from "node:assert/strict";
import { test } from "node:test";
import { publicPage } from "./public-page";

const PUBLIC = "https://north-ember.trycloudflare.com";

test("the same page under the public URL, with its query and its code", () => {
  const at = (pathname: string, search = "", hash = "") => publicPage(PUBLIC, { pathname, search, hash });
  assert.equal(at("/"), `${PUBLIC}/`);
  assert.equal(at("/consultations/client/a_B-1"), `${PUBLIC}/consultations/client/a_B-1`);
  assert.equal(at("/phone", "", "#code"), `${PUBLIC}/phone#code`);
  assert.equal(at("/signin", "?next=%2Fconsultations"), `${PUBLIC}/signin?next=%2Fconsultations`);
});

test("no path leads to another host", () => {
  for (const pathname of ["//evil.example/", "/@evil.example", "/\\evil.example"]) {
    assert.equal(new URL(publicPage(PUBLIC, { pathname, search: "", hash: "" })).origin, PUBLIC, pathname);
  }
});
