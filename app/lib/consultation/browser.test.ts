import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceOf, inAppBrowser, intentLink, isSafari } from "./browser";

const ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36";
const WEBVIEW = "Mozilla/5.0 (Linux; Android 15; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/156.0.0.0 Mobile Safari/537.36";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const IPHONE_CHROME = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/138.0.7204.53 Mobile/15E148 Safari/604.1";
const IPHONE_APP = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";
const IPAD = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15";
const DESK = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

test("recognizes an app's embedded browser, with its name where it has one", () => {
  assert.deepEqual(inAppBrowser(`${IPHONE_APP} Instagram 389.0.0.28.85 (iPhone16,2; iOS 18_5)`), { app: "Instagram", system: "ios" });
  assert.deepEqual(inAppBrowser(`${WEBVIEW} Instagram 389.0.0.0 Android (35/15)`), { app: "Instagram", system: "android" });
  assert.deepEqual(inAppBrowser(`${IPHONE_APP} [FBAN/FBIOS;FBAV/520.0;FBBV/1]`), { app: "Facebook", system: "ios" });
  assert.deepEqual(inAppBrowser(`${WEBVIEW} [FB_IAB/FB4A;FBAV/520.0;]`), { app: "Facebook", system: "android" });
  assert.deepEqual(inAppBrowser(`${ANDROID} WhatsApp/2.25`), { app: "WhatsApp", system: "android" });
  assert.deepEqual(inAppBrowser(WEBVIEW), { app: null, system: "android" });
  assert.deepEqual(inAppBrowser(IPHONE_APP), { app: null, system: "ios" });
});

test("does not take a standalone browser for an embedded one", () => {
  for (const agent of [ANDROID, IPHONE, IPHONE_CHROME, IPAD, DESK]) assert.equal(inAppBrowser(agent), null, agent);
});

test("opens the same page in Chrome, or in any browser where Chrome is missing", () => {
  assert.equal(
    intentLink("https://x.trycloudflare.com/consultations/client/abc"),
    "intent://x.trycloudflare.com/consultations/client/abc#Intent;scheme=https;package=com.android.chrome;" +
      "S.browser_fallback_url=https%3A%2F%2Fx.trycloudflare.com%2Fconsultations%2Fclient%2Fabc;end",
  );
});

test("distinguishes phones and tablets from computers", () => {
  for (const agent of [ANDROID, IPHONE, IPHONE_CHROME]) assert.equal(deviceOf(agent, 5), "phone", agent);
  assert.equal(deviceOf(IPAD, 5), "phone", "an iPad that identifies itself as a Mac");
  assert.equal(deviceOf(IPAD, 0), "desktop");
  assert.equal(deviceOf(DESK, 10), "desktop", "a computer with a touch screen");
});

test("recognizes Apple's Safari", () => {
  assert.ok(isSafari(IPHONE) && isSafari(IPAD));
  for (const agent of [ANDROID, DESK]) assert.ok(!isSafari(agent), agent);
});
