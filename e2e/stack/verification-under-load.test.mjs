// A busy stack is not a broken one, and a broken one is not green for long.
// E2E_PROOFS=500 E2E_CALLS=10 E2E_BREAKS=all is what scripts/slow does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { internet } from '../support/internet.mjs';
import { localBrowser } from '../support/browser.mjs';
import { follow, run } from '../support/process.mjs';
import { container, docker, headline, local, project, stack, time } from '../support/stack.mjs';

const PROOFS = Number(process.env.E2E_PROOFS || 25);
const CALLS = Number(process.env.E2E_CALLS || 2);
const INTERVAL = 60_000;

let browser;

before(async () => {
  await stack.isReady();
  browser = await localBrowser();
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await internet.isItself();
  await stack.close();
});

test(`${PROOFS} proofs under load, none of them red`, { timeout: 120_000 + PROOFS * 5_000 }, async (t) => {
  const callers = await Promise.all(Array.from({ length: CALLS }, (_, i) => browser.visitor(`Caller ${i + 1}`)));
  for (const [i, caller] of callers.entries()) {
    await caller.opens(local);
    await caller.joins(`load-${i >> 1}`);
  }
  const load = wrk();
  const before = await cpu();
  const visits = (await internet.log('visit')).length;
  const took = [];
  let red = 0;
  try {
    for (let proof = 1; proof <= PROOFS; proof += 1) {
      const began = performance.now();
      const status = await stack.proof();
      took.push(performance.now() - began);
      if (status.phase !== 'ready') {
        red += 1;
        t.diagnostic(`proof ${proof}: ${JSON.stringify(headline(status))}`);
      }
    }
  } finally {
    load.ends();
  }
  took.sort((a, b) => a - b);
  const perProof = ((await cpu()) - before) / PROOFS;
  const log = await internet.log('visit');
  t.diagnostic(`a proof: median ${took[PROOFS >> 1].toFixed(0)} ms, longest ${took.at(-1).toFixed(0)} ms; ${((log.length - visits) / PROOFS).toFixed(1)} requests through the tunnel`);
  t.diagnostic(`CPU of the sidecar for each, with what the load asks of it: ${perProof.toFixed(1)} ms; wrk: ${load.told()}`);
  assert.equal(red, 0);
  await Promise.all(callers.map((caller) => caller.leaves()));
});

/** Each breaks in silence: no event of the engine tells of it, and nobody asks for a proof. */
const BREAKS = [
  ['the edge does not answer', () => internet.switches({ visitors: 'hang' })],
  ['the name belongs to somebody else', (host) => internet.givesAway(host, { body: 'mine now' })],
  ['the certificate is of nobody', () => internet.switches({ certificates: { '*.trycloudflare.com': 'untrusted' } })],
  ['a captive portal', () => internet.switches({ captivePortal: { status: 200, body: 'Hotel Wi-Fi' } })],
  ['no resolver knows the name', async (host) => {
    await internet.remembers('dns.google', host, { nxdomainSeconds: 600 });
    await internet.remembers('cloudflare-dns.com', host, { nxdomainSeconds: 600 });
  }],
  ['this network does not know the name', (host) => internet.remembers('system', host, { nxdomainSeconds: 600 })],
  ['WebSockets do not pass', () => internet.switches({ visitors: 'refuse-websockets' })],
  ['200 requests are in flight', () => internet.switches({ inFlightLimit: 0 })],
  ['the gateway is cut off from the tunnel', () => docker('network', 'disconnect', `${project}_edge`, container('gateway')),
    () => docker('network', 'connect', '--alias', 'gateway', `${project}_edge`, container('gateway'))],
];

const skip = !process.env.E2E_BREAKS && 'scripts/slow load'; // two to three minutes each

test('what breaks in silence is not green for longer than one interval between proofs', { timeout: BREAKS.length * 180_000, skip }, async (t) => {
  for (const [what, breaks, mends = () => {}] of BREAKS) {
    // A proof that somebody asked for is followed by others for a minute: after that only the timer is left.
    const { publicUrl } = await stack.config(({ phase }) => phase === 'ready');
    await onlyTheTimer();
    const { hostname } = new URL(publicUrl);
    const began = Date.now();
    try {
      await breaks(hostname);
      const found = await stack.status(({ phase }) => phase !== 'ready', { seconds: 120 });
      const green = Date.now() - began;
      t.diagnostic(`${what}: green for ${(green / 1000).toFixed(1)} s, then ${headline(found).reason.code}; proof of ${time(found.verifiedAt) - began} ms`);
      assert.ok(green <= INTERVAL, `${what}: green for ${green} ms`);
      assert.ok(found.verifiedAt, 'the age of the proof is always told');
    } finally {
      await internet.isItself();
      await mends();
    }
  }
});

/** Two proofs lie further apart than those that somebody has asked for. */
async function onlyTheTimer() {
  let { verifiedAt } = await stack.config();
  for (;;) {
    const next = await stack.config((config) => config.verifiedAt !== verifiedAt && config.phase === 'ready');
    const apart = time(next.verifiedAt) - time(verifiedAt);
    if (apart > 10_000) return;
    ({ verifiedAt } = next);
  }
}

/** Eight connections that ask for the configuration as fast as it comes. */
function wrk() {
  let text = '';
  const ends = follow('wrk', ['--threads', '1', '--connections', '8', '--duration', '3600s', `${local.replace('localhost', '127.0.0.1')}/runtime-config`], { onText: (all) => (text = all) });
  return { ends, told: () => text.split('\n').at(-2) || 'running' };
}

/** Milliseconds of CPU that the sidecar has had. */
async function cpu() {
  const { State: { Pid } } = await stack.inspect('sidecar');
  const { stdout } = await run('cat', [`/proc/${Pid}/stat`]);
  const [user, system] = stdout.slice(stdout.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number);
  return (user + system) * 10;
}
