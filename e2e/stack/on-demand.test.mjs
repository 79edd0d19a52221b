// SIDELINK_TUNNEL_MODE=on-demand: the tunnel is suspended after an idle minute, and wakes on
// request. It takes five minutes; scripts/slow runs it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { control, headline, local, row, stack } from '../support/stack.mjs';

const SKIP = process.env.E2E_VARIANTS === 'all' ? false : 'scripts/slow variants';
const IDLE = 60_000;
let phone, desk;

after(async () => {
  await phone?.close();
  await desk?.close();
  if (!SKIP) await stack.restoreDefault();
  await stack.close();
}, { timeout: 180_000 });

const suspended = (seconds) => stack.status((status) => status.suspended, { seconds });
const isOpen = async () => !(await stack.statusNow()).suspended;

/** Waits longer than the idle timeout: the tunnel must not be suspended in that time. */
async function staysOpen(t, why) {
  const wasSuspended = await suspended(IDLE / 1000 + 20).then(() => true, (error) => {
    if (!/not within/.test(error.message)) throw error;
    return false;
  });
  assert.ok(!wasSuspended, `${why}: it was suspended`);
  assert.ok(await isOpen());
  t.diagnostic(`${why}: open for ${IDLE / 1000 + 20} s`);
}

test('an open page and a call keep the tunnel open; without them it is suspended, and a request wakes it', { timeout: 600_000, skip: SKIP }, async (t) => {
  stack.events();
  await stack.switchTo({ settings: { SIDELINK_TUNNEL_MODE: 'on-demand', SIDELINK_IDLE_TIMEOUT: '1m' } });
  const ready = await stack.status(({ phase, mode }) => phase === 'ready' && mode === 'on-demand', { seconds: 90 });
  phone = await phoneBrowser();
  const visitor = await phone.visitor('Ana');
  await visitor.opens(ready.publicUrl);
  await visitor.follows('websocket');
  await staysOpen(t, 'a page is open');

  desk = await localBrowser();
  const caller = await desk.visitor('Bia');
  await caller.opens(local);
  await caller.joins('on-demand');
  await visitor.page.close();
  await staysOpen(t, 'a call is in progress');

  await caller.leaves();
  await caller.page.close();
  const left = Date.now();
  await suspended(120);
  t.diagnostic(`the last participant leaves -> suspended ${Date.now() - left} ms`);
  assert.ok(Date.now() - left >= IDLE - 11_000, 'it was suspended too early'); // participants are counted every 10 s
  const idle = await stack.status((status) => status.suspended && headline(status)?.reason.code === 'suspended', { seconds: 20 });
  assert.deepEqual([idle.phase, idle.publicUrl, headline(idle).reason.code], ['preparing', undefined, 'suspended']);
  assert.equal(headline(idle).reason.class, 'none');
  assert.ok(idle.activity.some(({ kind, subject }) => kind === 'tunnel' && subject === 'cloudflared'), JSON.stringify(idle.activity.slice(0, 4)));
  const stopped = await stack.status((status) => row(status, 'cloudflared').reason?.code === 'suspended', { seconds: 20 });
  assert.equal(row(stopped, 'cloudflared').state, 'waiting');

  const began = Date.now();
  const url = await stack.sidelink('url');
  t.diagnostic(`sidelink url wakes it: ${Date.now() - began} ms\n${url.stderr}`);
  assert.match(url.stdout, /^https:\/\/[a-z-]+\.trycloudflare\.com\n$/);
  assert.notEqual(url.stdout.trim(), ready.publicUrl);
  assert.match(url.stderr, /waiting for the tunnel/);
  assert.ok(await isOpen());

  await suspended(90);
  const wake = await fetch(`${control}/tunnel/wake`, { method: 'POST', headers: { authorization: `Bearer ${await stack.token()}` } });
  assert.equal(wake.status, 202);
  const woken = Date.now();
  await stack.status(({ phase }) => phase === 'ready', { seconds: 60 });
  t.diagnostic(`POST /tunnel/wake -> ready ${Date.now() - woken} ms`);
});
