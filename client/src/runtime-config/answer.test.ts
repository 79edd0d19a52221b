import assert from "node:assert/strict";
import { test } from "node:test";
import { readAnswer } from "./answer.js";
import { aDocument } from "./fake-sidecar.js";

const OURS = { "x-sidelink-instance": "one" };
const PREPARING = { ...OURS, "x-sidelink-preparing": "true" };
const DOCUMENT = JSON.stringify(aDocument({}));
/** The form that the edge sends to clients that accept JSON. */
const PROBLEM = JSON.stringify({
  type: "https://developers.cloudflare.com/…/error-1033/",
  title: "Error 1033: Cloudflare Tunnel error",
  status: 530,
  error_code: 1033,
  ray_id: "9952716c60c401cd",
});

for (const [what, status, body, headers, kind] of [
  ["the document", 200, DOCUMENT, OURS, "document"],
  ["the document, from a proxy that drops headers", 200, DOCUMENT, {}, "document"],
  ["nothing new", 304, null, OURS, "unchanged"],

  ["an edge without connector, in plain text", 530, "error code: 1033", {}, "gone"],
  ["an edge without tunnel, in plain text", 530, "error code: 1016\n", {}, "gone"],
  ["an edge without connector, in HTML", 530, '<h1><b>Error</b>\n <b class="code">1033</b></h1>', {}, "gone"],
  ["an edge without tunnel, in an HTML title", 530, "<title>Origin DNS Error 1016 | x</title>", {}, "gone"],
  ["an edge without connector, in JSON", 530, PROBLEM, {}, "gone"],
  ["an edge without connector, by code only", 530, '{"error_code": 1033}', {}, "gone"],
  ["an edge with another error", 530, "error code: 1000", {}, "unclear"],
  ["an edge whose other error mentions the number", 530, "error code: 1000, ray 1033", {}, "unclear"],
  ["an edge with a longer number", 530, "error code: 10330", {}, "unclear"],
  ["the number under another status", 500, "error code: 1033", {}, "unclear"],

  ["an edge that cannot reach the gateway", 502, "<html>", {}, "preparing"],
  ["an edge that waited too long", 524, "", {}, "preparing"],
  ["a proxy that waited too long", 504, "", {}, "preparing"],
  ["the gateway without sidecar", 503, '{"error":{"code":"preparing"}}', PREPARING, "preparing"],
  ["a third party's 503", 503, "<html>", {}, "unclear"],
  ["too many at once", 429, "", {}, "busy"],
  ["too many at once, from the sidecar", 429, "{}", OURS, "busy"],

  ["a captive portal", 200, "<html>Welcome to our Wi-Fi</html>", {}, "foreign"],
  ["a captive portal with its status", 511, "<html>", {}, "foreign"],
  ["a filter", 403, "blocked", {}, "foreign"],
  ["no such path", 404, "not found", {}, "absent"],
  ["another site's JSON", 200, '{"revision":1}', {}, "foreign"],
  ["a redirect", 302, "", { location: "http://portal.example" }, "foreign"],

  ["a sidecar of another version", 200, '{"revision":1}', OURS, "unclear"],
  ["the gateway under another name", 421, "{}", OURS, "unclear"],
  ["an error of ours", 500, "{}", OURS, "unclear"],
  ["ngrok without agent", 404, "ERR_NGROK_3200", { "ngrok-error-code": "ERR_NGROK_3200" }, "unclear"],
] as const) {
  test(`${what}: ${kind}`, async () => {
    assert.equal((await readAnswer(new Response(body, { status, headers }))).kind, kind);
  });
}

for (const [url, kind] of [
  ["https://app.example/runtime-config", "absent"],
  ["http://localhost:5173/runtime-config", "absent"],
  ["http://portal.example/runtime-config", "foreign"],
  ["http://localhost.example/runtime-config", "foreign"],
] as const) {
  test(`a page in the document's place at ${url}: ${kind}`, async () => {
    const response = new Response("<!doctype html>", { headers: { "content-type": "text/html; charset=utf-8" } });
    Object.defineProperty(response, "url", { value: url });
    assert.equal((await readAnswer(response)).kind, kind);
  });
}
