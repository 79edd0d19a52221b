// No file of the repository holds a password, a key or a token.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository, run } from '../support/process.mjs';
import { secretsIn } from './scan.mjs';

/** Tokens of the test network, which are valid nowhere else. */
const STAND_INS = ['stand-ins/cloudflared/named_token', 'stand-ins/ngrok/authtoken'];
/** Examples that need a complete token: their content is `0123456789abcdef` and the like. */
const EXAMPLES = ["sidecar/src/cli/commands/setup/shape.rs: token of Cloudflare's tunnel"];
/** Hashes of published packages, by the thousand. */
const LOCKS = /(^|\/)(package-lock\.json|Cargo\.lock|go\.sum)$/;
const BINARY = /\.(png|jpe?g|webp|gif|ico|woff2?|mp3|mp4|gz)$/;

const hex = (bytes) => randomBytes(bytes).toString('hex');
const letters = (length) => randomBytes(length * 2).toString('base64').replace(/[^A-Za-z0-9]/g, '').slice(0, length);

test('no file in git has a secret in it', async () => {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const names = stdout.split('\0').filter((name) => name && !LOCKS.test(name) && !BINARY.test(name) && !STAND_INS.includes(name));
  assert.ok(names.length > 200, `${names.length} files`);
  const found = [];
  for (const name of names) {
    const text = await readFile(join(repository, name), 'utf8').catch(() => ''); // removed, not committed yet
    for (const { line, what } of secretsIn(text)) if (!EXAMPLES.includes(`${name}: ${what}`)) found.push(`${name}:${line}: ${what}`);
  }
  assert.deepEqual(found, []);
});

// Generated for each run: a scanner that no longer finds anything fails here.
const PLANTED = {
  'a private key': () => `-----BEGIN PRIVATE KEY-----\n${letters(64)}\n-----END PRIVATE KEY-----`,
  'a JSON web token': () => `x eyJ${letters(30)}.eyJ${letters(40)}.${letters(43)}`,
  "an authtoken of ngrok's": () => `authtoken 2${letters(26)}_${letters(21)}`,
  "a tunnel's token": () => `run --token eyJhIjoi${letters(120)}`,
  'an AWS key': () => `AKIA${letters(40).toUpperCase().slice(0, 16)}`,
  'a GitHub token': () => `ghp_${letters(36)}`,
  'a line of LiveKit keys': () => `  API${letters(12)}: ${letters(43)}`,
  'a hex secret in YAML': () => `control_token: "7${hex(31)}1234"`,
  'a password in .env': () => `ICECAST_PASSWORD=9${letters(30)}4711`,
  'a token in JavaScript': () => `const token = '${letters(28)}12345';`,
};

for (const [what, make] of Object.entries(PLANTED)) {
  test(`the scanner finds ${what}`, () => {
    for (let round = 0; round < 20; round += 1) {
      const text = `first\n${make()}\nlast`;
      assert.equal(secretsIn(text)[0]?.line, 2, `not found, of ${text.length} characters`);
    }
  });
}

test('the scanner accepts names, placeholders and paths', () => {
  for (const text of [
    'SIDELINK_TOKEN_FILE: /secrets/token', 'authtoken: "@NGROK_AUTHTOKEN@"', "const TOKEN = 'control-token-of-this-test';",
    'token: process.env.CONTROL_TOKEN', 'secret: "a secret that is long enough for all"', 'password=xxxxxxxxxxxxxxxxxxxxxxxx',
  ]) assert.deepEqual(secretsIn(text), [], text);
});

// The crate has no such dependencies; the standard library needs this check.
const OUTSIDE = /\btracing\b|\bstd::(?:fs|io|env|process)\b|\bstd::net::(?:Tcp|Udp|ToSocketAddrs)|\b(?:tokio|reqwest|bollard|axum)::|\b(?:e?print(?:ln)?|dbg)!|\b(?:SystemTime|Instant)\b/;

test('the core crate reads no clock, socket or file, and logs nothing', async () => {
  assert.match('use tracing::info;', OUTSIDE);
  assert.match('std::fs::read(path)', OUTSIDE);
  const { stdout } = await run('git', ['ls-files', 'sidecar/core/src/*.rs']);
  const names = stdout.trim().split('\n').filter((name) => !/\/tests(\.rs$|\/)/.test(name));
  assert.ok(names.length > 15, `${names.length}`);
  const found = [];
  for (const name of names) {
    const [code] = (await readFile(join(repository, name), 'utf8')).split('#[cfg(test)]\nmod ');
    for (const [at, line] of code.split('\n').entries()) if (!/^\s*\/\//.test(line) && OUTSIDE.test(line)) found.push(`${name}:${at + 1}: ${line.trim()}`);
  }
  assert.deepEqual(found, []);
});
