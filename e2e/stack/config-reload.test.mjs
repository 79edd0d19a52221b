// Edits config/sidelink.yaml while the stack runs: a copy of the folder is mounted instead.
import assert from 'node:assert/strict';
import { cp, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { localBrowser } from '../support/browser.mjs';
import { repository } from '../support/process.mjs';
import { local, stack, temporaryFolder } from '../support/stack.mjs';

let folder, file, good, browser;

before(async () => {
  await stack.isReady();
  folder = await temporaryFolder();
  file = join(folder, 'sidelink.yaml');
  await cp(join(repository, 'config'), folder, { recursive: true });
  good = await readFile(file, 'utf8');
  await stack.with(`services: { sidecar: { volumes: ["${folder}:/config:ro"] } }`);
  await stack.up('sidecar');
  await stack.config(({ phase }) => phase === 'ready');
  browser = await localBrowser();
}, { timeout: 240_000 });
after(async () => {
  await browser?.close();
  stack.plain();
  await stack.up('sidecar');
  await stack.isReady();
  await stack.close();
}, { timeout: 180_000 });

test('a valid edit reaches an open page without a reload', { timeout: 60_000 }, async (t) => {
  const page = await browser.visitor('Ana');
  await page.opens(local);
  await page.follows('websocket');
  await page.marks();
  for (const [how, edit] of [['written in place', (text) => writeFile(file, text)], ['replaced, as editors do', replace]]) {
    const value = `edited, ${how}`;
    const began = Date.now();
    const polled = stack.config(({ env }) => env.E2E_TITLE === value).then(() => Date.now() - began);
    const pushed = page.page.evaluate(receives, value);
    await edit(`${good}  E2E_TITLE: "${value}"\n`);
    await pushed;
    const received = Date.now() - began;
    t.diagnostic(`${how}: in a page's WebSocket after ${received} ms, in a long poll after ${await polled} ms`);
    assert.equal(page.frames.at(-1).env.E2E_TITLE, value, 'the app did not get it');
  }
  assert.equal(await page.isStillMarked(), true, 'the page was reloaded');
});

test('an invalid edit changes nothing, and the error names line and column', { timeout: 60_000 }, async (t) => {
  const before = await stack.config();
  const since = new Date().toISOString();
  await replace(`${good}  E2E_TITLE: [not, text]\n`);
  const { configError } = await stack.status((status) => status.configError);
  const line = good.split('\n').length;
  t.diagnostic(configError.split('\n')[0]);
  assert.match(configError, new RegExp(`line ${line}\\b.*column \\d+|\\b${line}:\\d+`), configError);
  const log = await stack.log('sidecar', /config\/sidelink\.yaml is invalid/, { since });
  assert.match(log, new RegExp(`line ${line}\\b.*column \\d+|\\b${line}:\\d+`), log);

  const now = await stack.config();
  assert.deepEqual(now.env, before.env);
  assert.equal(now.phase, 'ready');
  assert.equal(now.publicUrl, before.publicUrl);

  await replace(good);
  const restored = await stack.status((status) => !status.configError);
  assert.equal(restored.phase, 'ready');
  assert.equal((await stack.config(({ env }) => !('E2E_TITLE' in env))).env.E2E_TITLE, undefined);
});

async function replace(text) {
  await writeFile(join(folder, '.new'), text);
  await rename(join(folder, '.new'), file);
}

// Runs in the page: a separate socket, because the app's must not be touched.
function receives(value) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/runtime-config/ws`);
    socket.onerror = () => reject(new Error('the WebSocket failed'));
    socket.onmessage = ({ data }) => {
      if (JSON.parse(data).env.E2E_TITLE !== value) return;
      socket.close();
      resolve();
    };
  });
}
