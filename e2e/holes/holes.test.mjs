// The paths `direct` and `turn` between a phone and a home that both are behind NAT, in network namespaces: LiveKit's
// address on the internet as an extra candidate works where both routers keep ports, and through a TURN server
// everywhere. It needs root, iproute2, iptables, and the images of LiveKit, the sidecar and the phone's browser.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run, within } from '../support/process.mjs';
import { copyPrograms, pipeIn, start, startHome, startSite, tokens } from './home.mjs';
import { isolatedBrowser } from './isolated-browser.mjs';
import { buildNetworks, buildRouters, HOME, inside, removeAll, STUN } from './network.mjs';
import { iceServers, turnServer } from './turn.mjs';

const DIRECT_ADDRESS = `${HOME}:7882`;

/** Milliseconds of signalling, one way: a tunnel, and one so slow that a page's packet surely comes before LiveKit's. */
const [USUAL, SLOW] = [50, 400];

/** Routers, what the page does, and whether a call connects; from the measurements in docs/decisions/0025. */
const CASES = [
  { what: 'without the address', page: { directAddress: null }, connects: false },
  { what: 'with the address', connects: true },
  { what: 'with the address, LiveKit behind a second NAT, as in Docker', routers: { inner: true }, connects: true },
  { what: 'a router that answers for closed ports, with the address at once', routers: { open: true }, latency: SLOW, atOnce: true, connects: false },
  { what: 'a router that answers for closed ports', routers: { open: true }, latency: SLOW, connects: true },
  { what: 'a phone whose network takes a random port for each connection', routers: { phone: 'random' }, connects: false },
  { what: 'a home whose router takes random ports', routers: { home: 'random' }, connects: false },
];
/** The same routers, where only `direct` fails, with a TURN server. `transport`: from the phone to it. */
const WITH_TURN = [
  { what: 'both routers take random ports, TURN over UDP', routers: { phone: 'random', home: 'random', inner: true }, transport: 'udp' },
  { what: 'both routers take random ports, TURN over TCP', routers: { phone: 'random', home: 'random', inner: true }, transport: 'tcp' },
];
/** `scripts/test` runs a slice. */
const isWhole = process.env.E2E_HOLES === 'all';
const chosen = isWhole ? CASES : CASES.slice(1, 3);
const chosenWithTurn = isWhole ? WITH_TURN : WITH_TURN.slice(1);

let folder, home, phone, desk, turn;
const stops = [];

/** Fails with what is missing: a suite that skips itself would look as if it had passed. */
async function checkNeeds() {
  const missing = [];
  if (process.getuid() !== 0) missing.push('root');
  for (const [program, args] of [['ip', ['netns']], ['iptables', ['--version']], ['nsenter', ['--version']], ['docker', ['version']]]) {
    await run(program, args).catch(() => missing.push(`\`${[program, ...args].join(' ')}\``));
  }
  assert.deepEqual(missing, [], `this machine lacks ${missing.join(', ')}`);
}

before(async () => {
  await checkNeeds();
  await removeAll(); // of a run that was killed
  folder = await mkdtemp(join(tmpdir(), 'holes-'));
  await copyPrograms(folder);
  [phone, desk] = await Promise.all(['phone', 'desk'].map((name) => isolatedBrowser(folder, name)));
  turn = await turnServer(folder);
  await buildNetworks({ phone: phone.pid, desk: desk.pid, turn: turn.pid });
  stops.push(await start([...inside('switch'), process.execPath, 'e2e/holes/stun-server.mjs', STUN, '3478']));
  stops.push(await turn.starts());
  stops.push(await startSite(folder, () => home));
  for (const { pid } of [phone, desk]) stops.push(await pipeIn(['nsenter', '--target', String(pid), '--net'], 8080, join(folder, 'site')));
}, { timeout: 300_000 });

after(async () => {
  await Promise.all([phone?.close(), desk?.close(), turn?.close(), ...stops.map((stop) => stop())]);
  await removeAll();
  if (folder) await rm(folder, { recursive: true });
}, { timeout: 60_000 });

/** Runs `call` while a desk at home is in the room of this case. */
async function withCall({ routers, latency = USUAL }, call) {
  home = { sockets: await startHome(folder, await buildRouters(routers)), latency };
  try {
    const atHome = await desk.opens();
    await atHome.evaluate((token) => void window.join({ token, rungs: ['lan'] }, 'lan'), tokens('desk').token);
    await atHome.waitForFunction(() => window.call?.state === 'connected');
    await call(atHome, await phone.opens());
  } finally {
    await Promise.all([phone.leaves(), desk.leaves()]);
  }
}

/** Joins from the phone. Returns when it reached the path or failed. */
function joins(page, options, rung = 'direct') {
  const joined = page.evaluate(([options, rung]) => window.join(options, rung), [{ directAddress: DIRECT_ADDRESS, ...options }, rung]);
  return within(40, 'the phone has connected or failed', joined);
}

for (const { what, routers = {}, latency, page: options = {}, atOnce = false, connects } of chosen) {
  test(`${what}: ${connects ? 'video both ways' : 'no call'}`, { timeout: 120_000 }, (t) => withCall({ routers, latency }, async (atHome, page) => {
    if (atOnce) await page.evaluate(withoutDelay);
    const { reason, took, times } = await joins(page, { token: tokens('phone').token, rungs: ['lan', 'direct'], ...options });
    t.diagnostic(reason === null ? `connected after ${times.direct} ms, the other's picture after ${times['direct picture']} ms` : `failed after ${took} ms`);
    assert.equal(reason, connects ? null : 'failed');
    if (!connects) return;
    assert.deepEqual(await Promise.all([page, atHome].map((each) => each.evaluate(() => window.moves()))), ['direct', 'lan']);
  }));
}

/** In the page: the client's wait of 800 ms does not happen. */
function withoutDelay() {
  const { setTimeout } = window;
  window.setTimeout = (call, milliseconds, ...rest) => setTimeout(call, milliseconds === 800 ? 0 : milliseconds, ...rest);
}

test('a call that begins over the tunnel moves to the direct path', { timeout: 120_000 }, (t) => withCall({ routers: { inner: true } }, async (atHome, page) => {
  const { reason, times } = await joins(page, tokens('phone'));
  assert.equal(reason, null);
  t.diagnostic(`${JSON.stringify(times)}; the move took ${times['direct picture'] - times.tunnel} ms`);
  assert.deepEqual(await Promise.all([page, atHome].map((each) => each.evaluate(() => window.moves()))), ['direct', 'lan']);
}));

for (const { what, routers, transport } of chosenWithTurn) {
  test(`${what}: video both ways`, { timeout: 120_000 }, (t) => withCall({ routers }, async (atHome, page) => {
    const { reason, took, times } = await joins(page, { token: tokens('phone').token, rungs: ['lan', 'direct', 'turn'], iceServers: iceServers(transport) }, 'turn');
    t.diagnostic(reason === null ? `connected after ${times.turn} ms, the other's picture after ${times['turn picture']} ms` : `failed after ${took} ms`);
    assert.equal(reason, null);
    assert.deepEqual(await Promise.all([page, atHome].map((each) => each.evaluate(() => window.moves()))), ['turn', 'lan']);
  }));
}

test('wrong credentials of the TURN server: no call', { timeout: 120_000, skip: !isWhole }, () => withCall({ routers: WITH_TURN[0].routers }, async (atHome, page) => {
  const wrong = iceServers('udp').map((server) => ({ ...server, credential: 'wrong' }));
  const { reason } = await joins(page, { token: tokens('phone').token, rungs: ['lan', 'direct', 'turn'], iceServers: wrong }, 'turn');
  assert.equal(reason, 'failed');
}));
