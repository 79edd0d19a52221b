// Some networks block WebSockets: the page follows by long poll.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { localBrowser } from '../support/browser.mjs';
import { local, stack } from '../support/stack.mjs';

let browser;

before(async () => {
  await stack.isReady();
  browser = await localBrowser();
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await stack.isReady();
  await stack.close();
}, { timeout: 180_000 });

test('an open page follows without WebSockets', { timeout: 120_000 }, async (t) => {
  const page = await browser.visitor('Ana');
  await page.page.routeWebSocket(/\/runtime-config\/ws$/, (socket) => socket.close());
  await page.opens(local);
  await page.follows('long-poll');
  await page.seesPhase('ready');
  await page.marks();

  const from = stack.events().count;
  const died = stack.events().next('icecast ends', ({ service, action }) => service === 'icecast' && action === 'die', { from });
  await stack.stop('icecast');
  await page.seesPhase('degraded');
  t.diagnostic(`icecast ended -> shown in the page: ${Math.round(Date.now() - (await died).at)} ms (with the end of \`docker compose stop\`)`);
  await stack.start('icecast');
  await page.seesPhase('ready');
  assert.equal(await page.isStillMarked(), true, 'the page was reloaded');
  assert.deepEqual(page.frames, [], 'a document arrived by WebSocket');
});
