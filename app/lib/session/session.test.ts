import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Refusal } from "../token/problem";
import { isSession, newSession, sessionIn, SESSION_MS, setCookie } from "./cookie";
import { admitSignedIn, cameByHttps, isSignedIn, safeNext } from "./guard";
import { isSame, readSecrets, secretsOf } from "./password";

const SECRETS = { key: "ab".repeat(32), password: "abcde-fghjk-mnpqr-stuvw" };
const NOW = Date.UTC(2026, 10, 21);

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "session-"));
  process.env.SIDELINK_PASSWORD_FILE = join(folder, "password");
  process.env.SIDELINK_SESSION_KEY_FILE = join(folder, "session-key");
  await writeFile(join(folder, "password"), `${SECRETS.password}\n`);
  await writeFile(join(folder, "session-key"), `${SECRETS.key}\n`);
});

after(() => rm(folder, { recursive: true }));

function refused(code: string) {
  return (error: unknown) => error instanceof Refusal && error.problem.code === code;
}

test("a session is valid for twelve hours", () => {
  const session = newSession(SECRETS, NOW);
  assert.ok(isSession(session, SECRETS, NOW));
  assert.ok(isSession(session, SECRETS, NOW + SESSION_MS - 1));
  assert.ok(!isSession(session, SECRETS, NOW + SESSION_MS));
  assert.equal(SESSION_MS, 12 * 3_600_000);
  assert.notEqual(newSession(SECRETS, NOW), newSession(SECRETS, NOW), "no two are the same");
});

test("rejects forged and extended sessions", () => {
  const [end = "", random, signed] = newSession(SECRETS, NOW).split(".");
  for (const forged of [
    undefined, "", ".", "..", "a.b.c", `${Number(end) + 1}.${random}.${signed}`, `${end}.${random}x.${signed}`, `${end}.${random}.`,
    `${end}.${random}.${signed}.`, `${end}.${random}`, newSession({ ...SECRETS, key: "cd".repeat(32) }, NOW), `1e99.${random}.${signed}`,
  ]) {
    assert.ok(!isSession(forged, SECRETS, NOW), String(forged));
  }
});

test("a new password ends every session", () => {
  assert.ok(!isSession(newSession(SECRETS, NOW), { ...SECRETS, password: "another" }, NOW));
});

test("over https the cookie is Secure and bound to this host; scripts cannot read it", () => {
  const secure = setCookie("value", true);
  assert.equal(secure, "__Host-consultations=value; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure");
  assert.equal(setCookie("value", false), "consultations=value; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax");
  assert.match(setCookie("", true), /^__Host-consultations=; .*Max-Age=0/);
});

test("finds a session among other cookies, only under its name", () => {
  assert.equal(sessionIn("language=en; consultations=a.b.c", false), "a.b.c");
  assert.equal(sessionIn("xconsultations=a; language=en", false), undefined);
  assert.equal(sessionIn("consultations=a", true), undefined, "a cookie set over http is not valid over https");
  assert.equal(sessionIn(undefined, true), undefined);
});

test("a valid session means signed in", async () => {
  const session = newSession(SECRETS, Date.now());
  assert.ok(await isSignedIn({ headers: { cookie: `consultations=${session}` } }));
  assert.ok(await isSignedIn({ headers: { cookie: `__Host-consultations=${session}`, "x-forwarded-proto": "https" } }));
  assert.ok(!(await isSignedIn({ headers: { cookie: `consultations=${session}`, "x-forwarded-proto": "https" } })));
  assert.ok(!(await isSignedIn({ headers: {} })));
  assert.ok(!cameByHttps({ headers: {} }));
});

test("a request with only a cookie changes nothing", async () => {
  const cookie = `consultations=${newSession(SECRETS, Date.now())}`;
  const host = "localhost:8080";
  await admitSignedIn({ method: "GET", headers: { cookie, host } });
  await admitSignedIn({ method: "POST", headers: { cookie, host, origin: "http://localhost:8080" } });
  await admitSignedIn({ method: "DELETE", headers: { cookie, host, "sec-fetch-site": "same-origin" } });
  for (const headers of [
    { cookie, host },
    { cookie, host, origin: "https://evil.example" },
    { cookie, host, origin: "null" },
    { cookie, host, origin: "http://localhost:8080", "sec-fetch-site": "cross-site" },
  ]) {
    await assert.rejects(admitSignedIn({ method: "POST", headers }), refused("other_origin"));
  }
  await assert.rejects(admitSignedIn({ method: "POST", headers: { host, origin: "http://localhost:8080" } }), refused("signed_out"));
});

test("compares passwords of any length", () => {
  assert.ok(isSame("a", "a"));
  assert.ok(!isSame("a", "b"));
  assert.ok(!isSame("a", "aa"));
  assert.ok(!isSame("", "a"));
});

test("without its secrets the app admits no request", async () => {
  const [passwordFile, keyFile] = [join(folder, "empty"), join(folder, "session-key")];
  await writeFile(passwordFile, "\n");
  await assert.rejects(readSecrets({ passwordFile, keyFile }), refused("secrets_unreadable"));
  await assert.rejects(readSecrets({ passwordFile: join(folder, "none"), keyFile }), refused("secrets_unreadable"));
  assert.deepEqual(secretsOf({}), { passwordFile: "/secrets/password", keyFile: "/secrets/session-key" });
});

test("signing in opens only pages of this app", () => {
  assert.equal(safeNext("/consultations/professional/a_B-1"), "/consultations/professional/a_B-1");
  for (const next of ["//evil.example", "https://evil.example", "/\\evil.example", "/signin", "/consultations@evil.example", "/consultations/..%2f", ["/consultations"], undefined]) {
    assert.equal(safeNext(next), "/consultations", String(next));
  }
});
