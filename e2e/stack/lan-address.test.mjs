// Without HOST_IP the stack finds this machine's address on its local network. When the machine
// joins another network, LiveKit gets the new address as soon as no call is on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { links } from '../support/links.mjs';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { enterCall, Professional } from '../support/consulting.mjs';
import { run } from '../support/process.mjs';
import { container, docker, project, row, stack, time } from '../support/stack.mjs';

/** A Wi-Fi that this machine leaves: a bridge on which it has this address. */
const WIFI = { network: `${project}-e2e-wifi`, address: '10.99.99.99', router: '10.99.99.254' };
/** The next Wi-Fi: the stand-ins' `lan`, with the phone. */
const LAN = `${process.env.STAND_INS_LAN || '10.77.77'}`;
const NEXT = { network: `${project}_lan`, address: `${LAN}.1`, router: `${LAN}.254` };
/** Behind every route that this machine has. */
const METRIC = '4000';
const REPORT_SECONDS = 10;

/** busybox in this machine's network. */
const ip = (...args) => run('docker', [
  'run', '--rm', '--network', 'host', '--cap-drop', 'ALL', '--cap-add', 'NET_ADMIN', '--user', '0', '--entrypoint', 'busybox',
  'livekit/livekit-server:v1.13.5', 'ip', ...args,
], { fine: true });

async function route(verb, { network, router }) {
  const id = await docker('network', 'inspect', '--format', '{{.Id}}', network);
  const { code, stderr } = await ip('route', verb, 'default', 'via', router, 'dev', `br-${id.slice(0, 12)}`, 'metric', METRIC);
  assert.equal(code, 0, stderr);
}

const nodeIp = async () => /node_ip: "([^"]+)"/.exec(await docker('exec', container('livekit'), 'cat', '/etc/livekit/livekit.yaml'))[1];
const startedAt = async (service) => time((await stack.inspect(service)).State.StartedAt);
const hasMoved = (status) => row(status, 'host-ip')?.reason?.code === 'lan_address_moved';
const isRight = (status) => row(status, 'host-ip')?.state === 'ok';

let desk, phone;

before(async () => {
  await stack.restoreDefault(); // with HOST_IP set, so that unsetting it recreates what reads it
  [desk, phone] = await Promise.all([localBrowser(), phoneBrowser()]);
  await docker('network', 'create', '--subnet', '10.99.99.0/24', '--gateway', WIFI.address, WIFI.network);
}, { timeout: 180_000 });

after(async () => {
  await links.revokeAll();
  await route('del', NEXT).catch(() => {}); // where the test did not come so far
  await run('docker', ['network', 'rm', WIFI.network], { fine: true }); // with its route
  await stack.restoreDefault();
  await phone?.close();
  await desk?.close();
  await stack.close();
}, { timeout: 180_000 });

test('LiveKit gives phones the address that was found, and the log says whom that reaches', { timeout: 180_000 }, async () => {
  await route('add', WIFI);
  const since = new Date().toISOString();
  await stack.switchTo({ settings: { HOST_IP: '' } });
  await stack.status((status) => status.phase === 'ready' && isRight(status), { seconds: 120 });
  assert.equal(await nodeIp(), WIFI.address);
  await stack.log('sidecar', /directly in the same Wi-Fi/, { since });
});

test('another network during a call: reported within 10 s, and LiveKit has it once the call is over', { timeout: 240_000 }, async (t) => {
  const link = await links.made();
  const professional = await Professional.signsIn(await desk.visitor('Dra. Ana'));
  await professional.enters(link.token);
  await enterCall(professional.visitor);
  const before = await startedAt('livekit');

  let began = Date.now();
  await docker('network', 'rm', WIFI.network);
  await route('add', NEXT);
  const moved = await stack.status(hasMoved, { seconds: REPORT_SECONDS });
  t.diagnostic(`another network -> reported ${Date.now() - began} ms`);
  const { reason } = row(moved, 'host-ip');
  assert.equal(reason.message, `this machine now has the address ${NEXT.address}, and LiveKit still gives phones ${WIFI.address}: calls on this Wi-Fi take another path`);
  assert.equal(moved.phase, 'ready');
  assert.equal(await startedAt('livekit'), before, 'LiveKit restarted during the call');

  await professional.visitor.part('leave').click();
  began = Date.now();
  await stack.status(isRight, { seconds: 60 });
  t.diagnostic(`call over -> the new address ${Date.now() - began} ms`);
  assert.equal(await nodeIp(), NEXT.address);
  assert.ok(await startedAt('livekit') > before, 'LiveKit reads the address at its start only');
  await stack.log('sidecar', /livekit: .*this machine now has the address/);
});

test('a phone on that network is connected directly', { timeout: 180_000 }, async () => {
  const { page } = await desk.visitor('Ana');
  await page.goto((await stack.sidelink('dashboard')).stdout.trim());
  const answered = page.waitForResponse((answer) => answer.url().includes('/phone-check') && answer.status() === 201);
  await page.getByRole('button', { name: 'Check on a phone' }).click();
  const visitor = await phone.visitor('Bia');
  await visitor.opens((await (await answered).json()).consultationUrl);
  await visitor.part('start').click();
  await visitor.sees('grade', 'data-grade', 'lan', { seconds: 90 });
});
