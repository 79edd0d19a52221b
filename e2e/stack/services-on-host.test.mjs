// LiveKit or the app runs on this machine and not in Docker: no tunnel starts before it works, and
// the status names what is missing.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/process.mjs';
import { secrets } from '../support/secrets.mjs';
import { docker, row, stack, temporaryFolder } from '../support/stack.mjs';

const LIVEKIT = 'sidelink-e2e-livekit';
const PORT = 7880;
const key = 'e2e-key';
const secret = randomBytes(24).toString('hex');
const variant = (name) => `compose.yaml:compose/${name}.yaml:stand-ins/compose.yaml`;

before(() => stack.isReady(), { timeout: 180_000 });
after(async () => {
  await run('docker', ['rm', '--force', LIVEKIT], { fine: true });
  await secrets.restore();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 180_000 });

/** A program on this machine with one answer to every request. Returns a function that ends it. */
async function listens(port, host, body) {
  const server = createServer((_, answer) => answer.end(body)).listen({ port, host, ipv6Only: true });
  await once(server, 'listening');
  return async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
}

/** LiveKit's own binary in this machine's network, as a user starts it. */
async function livekitStarts() {
  const file = join(await temporaryFolder(), 'livekit.yaml');
  await writeFile(file, `port: ${PORT}\nrtc:\n  tcp_port: 7871\n  udp_port: 7872\n  use_external_ip: false\nkeys:\n  ${key}: ${secret}\n`, { mode: 0o644 });
  await docker('run', '--detach', '--name', LIVEKIT, '--network', 'host', '--volume', `${file}:/livekit.yaml:ro`,
    'livekit/livekit-server:v1.13.5', '--config', '/livekit.yaml');
}

/** The reason of a service, once its code is `code`. */
async function reported(t, service, code, matches = () => true) {
  const began = Date.now();
  const status = await stack.status((status) => {
    const reason = row(status, service)?.reason;
    return reason?.code === code && matches(reason);
  }, { seconds: 30 });
  t.diagnostic(`${code}: reported after ${Date.now() - began} ms`);
  assert.ok(status.blockedBy.includes(service), 'a tunnel does not wait for it');
  assert.equal(status.publicUrl, undefined);
  const { reason } = row(status, service);
  assert.ok(reason.messagePt && reason.messagePt !== reason.message && reason.next && reason.nextPt, JSON.stringify(reason));
  return reason;
}

test('LiveKit on this machine: the status names what is missing, and the start continues automatically', { timeout: 240_000 }, async (t) => {
  await secrets.holds('livekit_keys', `${key}: ${secret}`);
  const from = stack.events().count;
  const up = stack.switchTo({ files: variant('livekit-on-host') });
  up.catch(() => {}); // it waits for the gate; the test awaits it below
  const none = await reported(t, 'livekit', 'not_on_host');
  assert.equal(none.message, 'LiveKit is not running');
  assert.match(none.next, /^Start LiveKit on port 7880 of this machine/);
  assert.match((await stack.sidelink('status')).stdout, /LiveKit is not running\n +→ Start LiveKit on port 7880/);

  const another = await listens(PORT, '0.0.0.0', '<html>hello');
  await reported(t, 'livekit', 'not_livekit');
  await another();

  const on6 = await listens(PORT, '::1', 'OK');
  const v6 = await reported(t, 'livekit', 'on_loopback_only', ({ message }) => message.includes('[::1]'));
  await on6();
  const on4 = await listens(PORT, '127.0.0.1', 'OK');
  const v4 = await reported(t, 'livekit', 'on_loopback_only', ({ message }) => message.includes('127.0.0.1'));
  assert.notEqual(v4.message, v6.message);
  await on4();

  const events = stack.events().all(from);
  const tunnels = events.filter(({ service, action }) => service === 'cloudflared' && action === 'start');
  assert.deepEqual(tunnels, [], 'a tunnel was started');
  const began = Date.now();
  await livekitStarts();
  const ready = await stack.status(({ phase, publicUrl }) => phase === 'ready' && publicUrl, { seconds: 90 });
  t.diagnostic(`LiveKit started -> public URL ${Date.now() - began} ms`);
  await up;
  assert.equal(row(ready, 'livekit').reason, undefined);
  const restarts = stack.events().all(from).filter(({ service, action }) => service === 'livekit' && action === 'restart');
  assert.deepEqual(restarts, [], 'the watcher was restarted, which cannot help');
});

test('LiveKit on this machine ends and comes back: both are reported', { timeout: 120_000 }, async (t) => {
  await docker('stop', '--time', '1', LIVEKIT);
  const began = Date.now();
  const gone = await stack.status((status) => row(status, 'livekit').reason?.code === 'not_on_host', { seconds: 30 });
  t.diagnostic(`ended -> reported ${Date.now() - began} ms`);
  assert.equal(gone.phase, 'degraded');
  await docker('start', LIVEKIT);
  await stack.status(({ phase }) => phase === 'ready', { seconds: 60 });
  await docker('rm', '--force', LIVEKIT);
});

test('the app on this machine: the status names it, and uses it once containers can reach it', { timeout: 180_000 }, async (t) => {
  const PORT_OF_APP = 3456;
  await secrets.restore();
  const up = stack.switchTo({ files: variant('app-on-host'), settings: { SIDELINK_APP_PORT: String(PORT_OF_APP) } });
  up.catch(() => {});
  const none = await reported(t, 'app', 'not_on_host');
  assert.equal(none.message, 'the app is not running');
  assert.match(none.next, /^Start the app on port 3456 /);
  const on4 = await listens(PORT_OF_APP, '127.0.0.1', 'hello');
  await reported(t, 'app', 'on_loopback_only');
  await on4();
  const began = Date.now();
  const ends = await listens(PORT_OF_APP, '0.0.0.0', '<!doctype html><title>my app</title>');
  try {
    const { publicUrl } = await stack.status(({ phase, publicUrl }) => phase === 'ready' && publicUrl, { seconds: 90 });
    t.diagnostic(`the app listens -> public URL ${Date.now() - began} ms`);
    assert.ok(publicUrl);
    await up;
  } finally {
    await ends();
  }
});
