// Calls over the tunnel with Debian's Firefox and WebKitGTK. scripts/slow builds their image.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { localBrowser } from '../support/browser.mjs';
import { links } from '../support/links.mjs';
import { otherBrowsers } from '../support/other-browsers.mjs';
import { stack } from '../support/stack.mjs';
import { onlyTunnel, TunnelCall } from '../support/tunnel-call.mjs';

let desk, others;

before(async () => {
  await onlyTunnel();
  [desk, others] = await Promise.all([localBrowser(), otherBrowsers()]);
}, { timeout: 240_000 });
after(async () => {
  await links.revokeAll();
  await desk?.close();
  await others?.remove();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

/** `fails`: what does not work although the browser has every interface, so that the lobby cannot name it. docs/media.md has it. */
const BROWSERS = [
  { name: 'Firefox', fails: [] },
  { name: 'WebKitGTK', fails: ['send_video'] },
];

for (const { name, fails } of BROWSERS) {
  test(`${name}: pictures and sound pass both ways${fails.length ? `, except for ${fails}` : ''}`, { timeout: 180_000 }, async (t) => {
    const call = await TunnelCall.inLobby(desk, others[name.toLowerCase()]);
    t.diagnostic(await call.client.page.evaluate(() => navigator.userAgent));
    await call.lobbyNames([]);
    await call.begins();
    assert.equal(await call.client.rung(), 'tunnel');
    await call.works(fails);
    await call.client.shot(`call-in-${name.toLowerCase()}`);
    await call.ends();
  });
}
