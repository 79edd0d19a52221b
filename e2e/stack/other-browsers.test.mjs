// Calls over the tunnel with Debian's Firefox and WebKitGTK. scripts/slow builds their image.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { localBrowser } from '../support/browser.mjs';
import { links } from '../support/links.mjs';
import { browserContainer, firefoxBrowser, webkitBrowser } from '../support/other-browsers.mjs';
import { stack } from '../support/stack.mjs';
import { onlyTunnel, TunnelCall } from '../support/tunnel-call.mjs';

let desk, container;

before(async () => {
  await onlyTunnel();
  [desk, container] = await Promise.all([localBrowser(), browserContainer()]);
}, { timeout: 240_000 });
after(async () => {
  await links.revokeAll();
  await desk?.close();
  await container?.remove();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

for (const [name, open, missing] of [['Firefox', firefoxBrowser, []], ['WebKitGTK', webkitBrowser, []]]) {
  test(`${name} gets what its lobby says`, { timeout: 180_000 }, async (t) => {
    const browser = await open();
    const call = await TunnelCall.inLobby(desk, browser);
    t.diagnostic(await call.client.page.evaluate(() => navigator.userAgent));
    await call.lobbyNames(missing);
    await call.begins();
    assert.equal(await call.client.rung(), 'tunnel');
    await call.works(missing);
    await call.client.shot(`call-in-${name.toLowerCase()}`);
    await call.ends();
    await browser.close();
  });
}
