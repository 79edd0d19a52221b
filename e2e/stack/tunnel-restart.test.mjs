// A quick tunnel has another hostname after a restart: open pages receive it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { internet } from '../support/internet.mjs';
import { localBrowser } from '../support/browser.mjs';
import { local, stack } from '../support/stack.mjs';

let browser, old;

before(async () => {
  old = (await stack.isReady()).publicUrl;
  browser = await localBrowser();
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await stack.close();
});

test('an open page shows the new public URL without a reload, and no other container restarts', { timeout: 120_000 }, async (t) => {
  const page = await browser.visitor('Ana');
  await page.opens(local);
  await page.seesLink(old);
  await page.follows('websocket');
  await page.marks();
  const before = await startTimes();

  const polled = [];
  const began = Date.now();
  const restarted = stack.restart('cloudflared');
  const { publicUrl, revision } = await stack.config((config) => config.publicUrl && config.publicUrl !== old, { onEach: (config) => polled.push(config) });
  const known = Date.now() - began;
  await page.seesLink(publicUrl);
  const shown = Date.now() - began;
  await restarted;

  assert.equal(await page.isStillMarked(), true, 'the page was reloaded');
  assert.deepEqual(await startTimes(), before, 'another container than the tunnel was restarted');
  const registered = await internet.registration(publicUrl);
  const documents = [...polled, ...page.frames].sort((a, b) => a.revision - b.revision);
  const gone = documents.find((document) => document.publicUrl === null);
  assert.ok(gone && gone.revision < revision, 'the old public URL was never withdrawn');
  for (const document of documents.filter((each) => each.revision >= gone.revision)) {
    assert.ok([null, publicUrl].includes(document.publicUrl), `revision ${document.revision} names ${document.publicUrl}`);
  }
  for (const document of page.frames.filter((each) => each.revision >= registered)) assert.notEqual(document.publicUrl, old);
  t.diagnostic(`restart called -> old URL withdrawn ${gone.revision - began} ms, new URL known ${known} ms, shown in the open page ${shown} ms`);
  t.diagnostic(`registered -> revision with the new URL: ${Math.round(revision - registered)} ms`);
  await page.shot('new-link');
});

async function startTimes() {
  const containers = await stack.containers();
  const others = containers.filter(({ service }) => !['cloudflared', 'phone'].includes(service));
  return Object.fromEntries(others.map(({ service, Id, State }) => [service, `${Id} ${State.StartedAt}`]));
}
