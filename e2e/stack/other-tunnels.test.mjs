// Every other tunnel on the real stack: its URL, the same URL after a restart, and its errors by
// code. E2E_VARIANTS=all runs all of them; without it, ngrok and the switch from one tunnel to the
// next.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { bridgeCounts } from '../support/bridge.mjs';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { internet } from '../support/internet.mjs';
import { throughEdge } from '../support/links.mjs';
import { repository, run } from '../support/process.mjs';
import { secrets } from '../support/secrets.mjs';
import { compose, container, docker, headline, project, row, stack } from '../support/stack.mjs';
import { hasMedia, TunnelCall } from '../support/tunnel-call.mjs';
import { TUNNELS, choose } from '../support/variants.mjs';

const ALL = process.env.E2E_VARIANTS === 'all';

afterEach(async () => {
  await internet.reset();
  stack.plain();
});
after(async () => {
  await secrets.restore();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 180_000 });

/** Starts the stack with this tunnel, and waits until its URL is verified. */
async function starts(t, name, settings) {
  const { service, kind, url } = TUNNELS[name];
  stack.events();
  const began = Date.now();
  await stack.switchTo(await choose(name, stack, settings));
  if (name === 'domain') await stack.restart('sidecar'); // it reads the certificate authority's root at its start
  const up = Date.now();
  const status = await stack.status(({ phase, tunnel }) => phase === 'ready' && tunnel?.kind === kind, { seconds: 90 });
  t.diagnostic(`${name}: up took ${up - began} ms, the URL was verified ${Date.now() - up} ms after it`);
  assert.equal(status.publicUrl, url);
  const { inFlight, limit, ...tunnel } = status.tunnel;
  assert.deepEqual(tunnel, { service, kind, lasting: true });
  return status;
}

/** The same URL is verified again after a restart of the tunnel. */
async function keepsItsUrl(t, name) {
  const { service, url } = TUNNELS[name];
  const began = Date.now();
  let gone = false;
  const back = stack.status(({ phase }) => {
    gone ||= phase !== 'ready';
    return gone && phase === 'ready';
  }, { seconds: 90 });
  await stack.restart(service);
  const again = await back;
  t.diagnostic(`${name}: restart called -> verified again ${Date.now() - began} ms`);
  assert.equal(again.publicUrl, url);
}

/**
 * The token is in no place that a user of the engine or of this machine's process list can read.
 */
async function hidesItsToken(name) {
  const token = (await readFile(join(repository, TUNNELS[name].known), 'utf8')).trim();
  assert.ok(token.length > 40);
  assert.deepEqual(await secrets.placesOf([token], await stack.containers()), []);
}

/**
 * The status reports an error with its code and next step in both languages, and is ready once the
 * error is cleared.
 */
async function reports(t, code, { inject, clear }) {
  const began = Date.now();
  await inject();
  const status = await stack.status((status) => reasons(status).some((reason) => reason.code === code), { seconds: 60 });
  t.diagnostic(`${code}: reported ${Date.now() - began} ms after it began`);
  const { message, messagePt, next, nextPt } = reasons(status).find((reason) => reason.code === code);
  assert.ok(message && messagePt && message !== messagePt && next && nextPt, `${code}: ${message} / ${messagePt} / ${next} / ${nextPt}`);
  assert.notEqual(status.phase, 'ready');
  await clear();
  await stack.status(({ phase }) => phase === 'ready', { seconds: 90 });
}

/** The agent's API opens tunnels without a password, so it answers to one hostname only. */
async function answersUnderItsName() {
  const { NetworkSettings: { Networks } } = await stack.inspect('ngrok');
  const { IPAddress: address } = Networks[`${project}_edge`];
  const status = (host) => new Promise((resolve, reject) => {
    get({ host: address, port: 4040, path: '/api/tunnels', headers: { host }, timeout: 5_000 }, (answer) => resolve(answer.resume().statusCode))
      .on('timeout', function ended() { this.destroy(new Error('no answer in 5 s')); }).on('error', reject);
  });
  const hosts = ['ngrok:4040', 'evil.example', 'evil.example:4040', `${address}:4040`, 'localhost:4040'];
  assert.deepEqual(await Promise.all(hosts.map(status)), [200, 403, 403, 403, 403]);
}

/**
 * The app allows ten wrong passwords per address: a forged address for each request must not help.
 */
async function ignoresForgedAddresses(url) {
  const statuses = [];
  for (let at = 1; at <= 11; at += 1) {
    const forged = `203.0.113.${at}`;
    const headers = { origin: url, 'x-forwarded-for': forged, 'x-real-ip': forged, 'cf-connecting-ip': forged, forwarded: `for=${forged}` };
    statuses.push((await throughEdge(url, '/api/signin', { method: 'POST', body: { password: 'wrong' }, headers })).status);
  }
  assert.equal(statuses.at(-1), 429, `${statuses}`); // the first ones too, where this ran a moment ago
}

const reasons = ({ layers, services }) => [...layers, ...services].map(({ reason }) => reason).filter(Boolean);
const verify = () => stack.verify();

test('ngrok: its URL stays, and errors of its edge are reported by code', { timeout: 240_000 }, async (t) => {
  await starts(t, 'tunnel-ngrok');
  await compose(['up', '--detach', '--no-build', '--wait', '--wait-timeout', '60']); // rejects on another code than 0
  await answersUnderItsName();
  await ignoresForgedAddresses(TUNNELS['tunnel-ngrok'].url);
  await keepsItsUrl(t, 'tunnel-ngrok');
  await hidesItsToken('tunnel-ngrok');
  await reports(t, 'ngrok_727', {
    inject: async () => { await internet.switches({ ngrokVisitors: '727' }); await verify(); },
    clear: async () => { await internet.switches({ ngrokVisitors: '' }); await stack.restart('ngrok'); },
  });
  if (!ALL) return;
  await reports(t, 'ngrok_8012', {
    inject: async () => { await internet.switches({ ngrokVisitors: '8012' }); await verify(); },
    clear: async () => { await internet.switches({ ngrokVisitors: '' }); await verify(); },
  });
  await reports(t, 'ngrok_3200', {
    inject: async () => { await internet.switches({ ngrokVisitors: '3200' }); await verify(); },
    clear: async () => { await internet.switches({ ngrokVisitors: '' }); await verify(); },
  });
  await reports(t, 'ngrok_107', {
    inject: async () => { await internet.switches({ ngrokAgent: '107' }); await stack.restart('ngrok'); },
    clear: async () => { await internet.switches({ ngrokAgent: '' }); await stack.start('ngrok'); },
  });
});

test('an exhausted quota switches to the quick tunnel that stands by, and the activity reports it', { timeout: 240_000 }, async (t) => {
  await starts(t, 'tunnel-ngrok', { COMPOSE_PROFILES: 'quick' });
  await stack.status((status) => row(status, 'cloudflared')?.tunnel?.hostname);
  await internet.switches({ ngrokVisitors: '727' });
  const began = Date.now();
  const verified = stack.verify();
  const moved = await stack.status(({ tunnel }) => tunnel?.service === 'cloudflared', { seconds: 30 });
  const took = Date.now() - began;
  t.diagnostic(`a verification meets the limit -> the public URL has switched ${took} ms`);
  assert.ok(took < 5_000, `${took} ms`);
  await verified;
  assert.deepEqual([moved.tunnel.kind, moved.tunnel.lasting], ['cloudflared-quick', false]);
  const entry = moved.activity.find(({ kind, message }) => kind === 'tunnel' && /now comes from/.test(message));
  assert.match(entry?.message ?? '', /the public URL now comes from cloudflared, no longer from ngrok: .*ERR_NGROK_727/);
  assert.match(entry.messagePt, /a URL pública agora vem de cloudflared, não mais de ngrok: /);
  assert.equal(row(moved, 'ngrok').tunnel.current, false);
  const ready = await stack.status(({ phase }) => phase === 'ready', { seconds: 60 });
  t.diagnostic(`... -> its URL is verified ${Date.now() - began} ms`);
  assert.match(ready.publicUrl, /^https:\/\/[a-z-]+\.trycloudflare\.com$/);
});

test('a call over a tunnel that is stopped continues over the other one', { timeout: 240_000 }, async (t) => {
  await stack.switchTo(await choose('tunnel-ngrok', stack, { COMPOSE_PROFILES: 'quick', HOST_IP: '127.0.0.1', SIDELINK_MEDIA_TUNNEL: 'on' }));
  const tunnels = ['ngrok', 'cloudflared'];
  const { tunnel: { service } } = await stack.status((status) => hasMedia(status) && tunnels.every((name) => row(status, name)?.tunnel?.hostname));
  const [desk, phone] = await Promise.all([localBrowser(), phoneBrowser()]);
  try {
    const call = await TunnelCall.inLobby(desk, phone);
    await call.begins();
    await call.works();
    const { joined, resumed } = await bridgeCounts();
    const began = Date.now();
    const lost = call.client.sees('call', 'data-state', 'reconnecting');
    await Promise.all([lost, stack.stop(service)]);
    const away = Date.now();
    await call.client.sees('call', 'data-state', 'connected');
    t.diagnostic(`${service} is stopped -> the call is lost ${away - began} ms, and back ${Date.now() - away} ms after that`);
    await call.works();
    const after = await bridgeCounts();
    assert.deepEqual([after.joined - joined, after.resumed - resumed], [0, 1], 'it is the same participant');
    for (const each of call.both) await each.page.context().close();
  } finally {
    await stack.start(service);
    await Promise.all([desk.close(), phone.close()]);
  }
});

test('a named tunnel: its URL stays, and a revoked token is reported', { timeout: 240_000, skip: !ALL }, async (t) => {
  await starts(t, 'tunnel-named');
  await keepsItsUrl(t, 'tunnel-named');
  await hidesItsToken('tunnel-named');
  await reports(t, 'tunnel_token_refused', {
    inject: async () => { await internet.switches({ namedRevoked: true }); await stack.restart('cloudflared-named'); },
    clear: async () => { await internet.switches({ namedRevoked: false }); await stack.restart('cloudflared-named'); },
  });
  await hidesItsToken('tunnel-named'); // the refusal does not repeat it either
});

test('your own domain: a real ACME server issues the certificate, and its absence is reported', { timeout: 300_000, skip: !ALL }, async (t) => {
  // An older certificate has another root: Pebble makes a new root at each start.
  await run('docker', ['rm', '--force', container('domain')], { fine: true });
  await docker('volume', 'rm', '--force', `${project}_domain-data`);
  await starts(t, 'domain');
  await keepsItsUrl(t, 'domain');
  await reports(t, 'unreachable', {
    inject: async () => { await internet.switches({ records: { 'home.example.org': '198.51.100.100' } }); await verify(); },
    clear: async () => { await internet.reset(); await verify(); },
  });
  // No certificate can be issued, and no older one exists.
  await reports(t, 'acme', {
    inject: async () => {
      await internet.switches({ acme: 'close' });
      await stack.stop('domain');
      await docker('run', '--rm', '--network', 'none', '--user', '0:0', '--volume', `${project}_domain-data:/data`, '--entrypoint', 'sh', 'redis:8.0.2', '-c', 'rm -rf /data/*');
      await stack.start('domain');
    },
    clear: async () => { await internet.switches({ acme: '' }); await stack.restart('domain'); },
  });
});

test('a public URL that the user provides', { timeout: 240_000, skip: !ALL }, async (t) => {
  await starts(t, 'public-url');
  await keepsItsUrl(t, 'public-url');
  await reports(t, 'unreachable', {
    inject: async () => { await internet.switches({ visitorDelayMs: 60_000 }); await verify(); },
    clear: async () => { await internet.switches({ visitorDelayMs: 0 }); await verify(); },
  });
  assert.equal(headline(await stack.statusNow()), undefined);
});
