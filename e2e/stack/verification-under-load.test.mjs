// Under load the stack stays ready, and a fault without an event is reported within one interval.
// E2E_VERIFICATIONS=500 E2E_CALLS=10 E2E_BREAKS=all is what scripts/slow does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { internet } from '../support/internet.mjs';
import { localBrowser } from '../support/browser.mjs';
import { follow, run } from '../support/process.mjs';
import { container, docker, headline, local, project, stack, time } from '../support/stack.mjs';

const VERIFICATIONS = Number(process.env.E2E_VERIFICATIONS || 25);
const CALLS = Number(process.env.E2E_CALLS || 2);
const INTERVAL = 60_000;

let browser;

before(async () => {
  await stack.isReady();
  browser = await localBrowser();
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await internet.reset();
  await stack.close();
});

test(`${VERIFICATIONS} verifications under load, all of them ready`, { timeout: 120_000 + VERIFICATIONS * 5_000 }, async (t) => {
  const callers = await Promise.all(Array.from({ length: CALLS }, (_, i) => browser.visitor(`Caller ${i + 1}`)));
  for (const [i, caller] of callers.entries()) {
    await caller.opens(local);
    await caller.joins(`load-${i >> 1}`);
  }
  const load = wrk();
  const before = await cpu();
  const visits = (await internet.log('visit')).length;
  const took = [];
  let failed = 0;
  try {
    for (let round = 1; round <= VERIFICATIONS; round += 1) {
      const began = performance.now();
      const status = await stack.verify();
      took.push(performance.now() - began);
      if (status.phase !== 'ready') {
        failed += 1;
        t.diagnostic(`verification ${round}: ${JSON.stringify(headline(status))}`);
      }
    }
  } finally {
    load.ends();
  }
  took.sort((a, b) => a - b);
  const perVerification = ((await cpu()) - before) / VERIFICATIONS;
  const log = await internet.log('visit');
  t.diagnostic(`a verification: median ${took[VERIFICATIONS >> 1].toFixed(0)} ms, longest ${took.at(-1).toFixed(0)} ms; ${((log.length - visits) / VERIFICATIONS).toFixed(1)} requests through the tunnel`);
  t.diagnostic(`CPU of the sidecar for each, including the load's requests: ${perVerification.toFixed(1)} ms; wrk: ${load.summary()}`);
  assert.equal(failed, 0);
  await Promise.all(callers.map((caller) => caller.leaves()));
});

/**
 * Faults without an event: the engine does not report them, and no client requests a verification.
 */
const BREAKS = [
  ['the edge does not answer', () => internet.switches({ visitors: 'hang' })],
  ['the name belongs to another server', (host) => internet.takeOver(host, { body: 'mine now' })],
  ['the certificate is not trusted', () => internet.switches({ certificates: { '*.trycloudflare.com': 'untrusted' } })],
  ['a captive portal', () => internet.switches({ captivePortal: { status: 200, body: 'Hotel Wi-Fi' } })],
  ['no resolver knows the name', async (host) => {
    await internet.remembers('dns.google', host, { nxdomainSeconds: 600 });
    await internet.remembers('cloudflare-dns.com', host, { nxdomainSeconds: 600 });
  }],
  ['the local resolver does not know the name', (host) => internet.remembers('system', host, { nxdomainSeconds: 600 })],
  ['WebSockets do not pass', () => internet.switches({ visitors: 'refuse-websockets' })],
  ['200 requests are in flight', () => internet.switches({ inFlightLimit: 0 })],
  ['the gateway is cut off from the tunnel', () => docker('network', 'disconnect', `${project}_edge`, container('gateway')),
    () => docker('network', 'connect', '--alias', 'gateway', `${project}_edge`, container('gateway'))],
];

const skip = !process.env.E2E_BREAKS && 'scripts/slow load'; // two to three minutes each

test('a fault without an event is ready for one verification interval at most', { timeout: BREAKS.length * 180_000, skip }, async (t) => {
  for (const [what, inject, clear = () => {}] of BREAKS) {
    // For a minute after a request for a verification others follow; after that only the timer is
    // left.
    const { publicUrl } = await stack.config(({ phase }) => phase === 'ready');
    await onlyTheTimer();
    const { hostname } = new URL(publicUrl);
    const began = Date.now();
    try {
      await inject(hostname);
      const found = await stack.status(({ phase }) => phase !== 'ready', { seconds: 120 });
      const readyMs = Date.now() - began;
      t.diagnostic(`${what}: ready for ${(readyMs / 1000).toFixed(1)} s, then ${headline(found).reason.code}; verification of ${time(found.verifiedAt) - began} ms`);
      assert.ok(readyMs <= INTERVAL, `${what}: ready for ${readyMs} ms`);
      assert.ok(found.verifiedAt, 'the age of the verification is always reported');
    } finally {
      await internet.reset();
      await clear();
    }
  }
});

/** Waits until two verifications are further apart than requested ones are. */
async function onlyTheTimer() {
  let { verifiedAt } = await stack.config();
  for (;;) {
    const next = await stack.config((config) => config.verifiedAt !== verifiedAt && config.phase === 'ready');
    const apart = time(next.verifiedAt) - time(verifiedAt);
    if (apart > 10_000) return;
    ({ verifiedAt } = next);
  }
}

/** Eight connections that request the configuration as fast as they can. */
function wrk() {
  let text = '';
  const ends = follow('wrk', ['--threads', '1', '--connections', '8', '--duration', '3600s', `${local.replace('localhost', '127.0.0.1')}/runtime-config`], { onText: (all) => (text = all) });
  return { ends, summary: () => text.split('\n').at(-2) || 'running' };
}

/** CPU time of the sidecar in milliseconds. */
async function cpu() {
  const { State: { Pid } } = await stack.inspect('sidecar');
  const { stdout } = await run('cat', [`/proc/${Pid}/stat`]);
  const [user, system] = stdout.slice(stdout.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number);
  return (user + system) * 10;
}
