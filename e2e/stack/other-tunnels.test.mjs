// Every other tunnel, brought up for real: its address, the same one after a restart, and an error of it by name.
// E2E_VARIANTS=all for each of them; without it, ngrok's and the way from one tunnel to the next.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { internet } from '../support/internet.mjs';
import { throughTheEdge } from '../support/links.mjs';
import { repository, run } from '../support/process.mjs';
import { secrets } from '../support/secrets.mjs';
import { compose, container, docker, headline, project, row, stack } from '../support/stack.mjs';
import { TUNNELS, choose } from '../support/variants.mjs';

const ALL = process.env.E2E_VARIANTS === 'all';

afterEach(async () => {
  await internet.isItself();
  stack.plain();
});
after(async () => {
  await secrets.areAsBefore();
  await stack.becomesPlain();
  await stack.close();
}, { timeout: 180_000 });

/** The stack with this tunnel, its link proven. */
async function isUp(t, name, settings) {
  const { service, kind, url } = TUNNELS[name];
  stack.events();
  const began = Date.now();
  await stack.becomes(await choose(name, stack, settings));
  if (name === 'domain') await stack.restart('sidecar'); // it reads the certificate authority's root at its start
  const up = Date.now();
  const status = await stack.status(({ phase, tunnel }) => phase === 'ready' && tunnel?.kind === kind, { seconds: 90 });
  t.diagnostic(`${name}: up took ${up - began} ms, the link came ${Date.now() - up} ms after it`);
  assert.equal(status.publicUrl, url);
  const { inFlight, limit, ...tunnel } = status.tunnel;
  assert.deepEqual(tunnel, { service, kind, lasting: true });
  return status;
}

/** The same link, proven anew by the tunnel's next run. */
async function keepsItsLink(t, name) {
  const { service, url } = TUNNELS[name];
  const began = Date.now();
  let gone = false;
  const back = stack.status(({ phase }) => {
    gone ||= phase !== 'ready';
    return gone && phase === 'ready';
  }, { seconds: 90 });
  await stack.restart(service);
  const again = await back;
  t.diagnostic(`${name}: restart called -> proven again ${Date.now() - began} ms`);
  assert.equal(again.publicUrl, url);
}

/** Nobody reads its token who may only ask the engine, or see this machine's processes. */
async function keepsItsToken(name) {
  const token = (await readFile(join(repository, TUNNELS[name].known), 'utf8')).trim();
  assert.ok(token.length > 40);
  assert.deepEqual(await secrets.placesOf([token], await stack.containers()), []);
}

/** An error is told with its code, in both languages, with a next step; and once it is mended, all is well. */
async function tells(t, code, { comes, goes }) {
  const began = Date.now();
  await comes();
  const told = await stack.status((status) => reasons(status).some((reason) => reason.code === code), { seconds: 60 });
  t.diagnostic(`${code}: told ${Date.now() - began} ms after it came about`);
  const { message, messagePt: pt, next, nextPt: nextPt } = reasons(told).find((reason) => reason.code === code);
  assert.ok(message && pt && message !== pt && next && nextPt, `${code}: ${message} / ${pt} / ${next} / ${nextPt}`);
  assert.notEqual(told.phase, 'ready');
  await goes();
  await stack.status(({ phase }) => phase === 'ready', { seconds: 90 });
}

/** The agent's API opens tunnels without a password, so it answers under one name only. */
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

/** The app allows ten wrong passwords per address: another forged address each time must not help. */
async function ignoresForgedAddresses(url) {
  const statuses = [];
  for (let at = 1; at <= 11; at += 1) {
    const forged = `203.0.113.${at}`;
    const headers = { origin: url, 'x-forwarded-for': forged, 'x-real-ip': forged, 'cf-connecting-ip': forged, forwarded: `for=${forged}` };
    statuses.push((await throughTheEdge(url, '/api/signin', { method: 'POST', body: { password: 'wrong' }, headers })).status);
  }
  assert.equal(statuses.at(-1), 429, `${statuses}`); // the first ones too, where this ran a moment ago
}

const reasons = ({ layers, services }) => [...layers, ...services].map(({ reason }) => reason).filter(Boolean);
const proof = () => stack.proof();

test('ngrok: its address stays, and what its edge says is told by its code', { timeout: 240_000 }, async (t) => {
  await isUp(t, 'tunnel-ngrok');
  await compose(['up', '--detach', '--no-build', '--wait', '--wait-timeout', '60']); // rejects on another code than 0
  await answersUnderItsName();
  await ignoresForgedAddresses(TUNNELS['tunnel-ngrok'].url);
  await keepsItsLink(t, 'tunnel-ngrok');
  await keepsItsToken('tunnel-ngrok');
  await tells(t, 'ngrok_727', {
    comes: async () => { await internet.switches({ ngrokVisitors: '727' }); await proof(); },
    goes: async () => { await internet.switches({ ngrokVisitors: '' }); await stack.restart('ngrok'); },
  });
  if (!ALL) return;
  await tells(t, 'ngrok_8012', {
    comes: async () => { await internet.switches({ ngrokVisitors: '8012' }); await proof(); },
    goes: async () => { await internet.switches({ ngrokVisitors: '' }); await proof(); },
  });
  await tells(t, 'ngrok_3200', {
    comes: async () => { await internet.switches({ ngrokVisitors: '3200' }); await proof(); },
    goes: async () => { await internet.switches({ ngrokVisitors: '' }); await proof(); },
  });
  await tells(t, 'ngrok_107', {
    comes: async () => { await internet.switches({ ngrokAgent: '107' }); await stack.restart('ngrok'); },
    goes: async () => { await internet.switches({ ngrokAgent: '' }); await stack.start('ngrok'); },
  });
});

test('a used-up limit moves the link on to the quick tunnel that stands by, and says so', { timeout: 240_000 }, async (t) => {
  await isUp(t, 'tunnel-ngrok', { COMPOSE_PROFILES: 'quick' });
  await stack.status((status) => row(status, 'cloudflared')?.tunnel?.hostname);
  await internet.switches({ ngrokVisitors: '727' });
  const began = Date.now();
  const asked = stack.proof();
  const moved = await stack.status(({ tunnel }) => tunnel?.service === 'cloudflared', { seconds: 30 });
  const took = Date.now() - began;
  t.diagnostic(`a proof sees the limit -> the link has moved on ${took} ms`);
  assert.ok(took < 5_000, `${took} ms`);
  await asked;
  assert.deepEqual([moved.tunnel.kind, moved.tunnel.lasting], ['cloudflared-quick', false]);
  const entry = moved.activity.find(({ kind, message }) => kind === 'tunnel' && /moved/.test(message));
  assert.match(entry?.message ?? '', /the link has moved from ngrok to cloudflared: .*ERR_NGROK_727/);
  assert.match(entry.messagePt, /o link passou de ngrok para cloudflared: /);
  assert.equal(row(moved, 'ngrok').tunnel.current, false);
  const ready = await stack.status(({ phase }) => phase === 'ready', { seconds: 60 });
  t.diagnostic(`... -> its link is proven ${Date.now() - began} ms`);
  assert.match(ready.publicUrl, /^https:\/\/[a-z-]+\.trycloudflare\.com$/);
});

test('a named tunnel: its address stays, and a revoked token is told', { timeout: 240_000, skip: !ALL }, async (t) => {
  await isUp(t, 'tunnel-named');
  await keepsItsLink(t, 'tunnel-named');
  await keepsItsToken('tunnel-named');
  await tells(t, 'tunnel_token_refused', {
    comes: async () => { await internet.switches({ namedRevoked: true }); await stack.restart('cloudflared-named'); },
    goes: async () => { await internet.switches({ namedRevoked: false }); await stack.restart('cloudflared-named'); },
  });
  await keepsItsToken('tunnel-named'); // what refuses it does not repeat it either
});

test('a domain of one\'s own: the certificate comes from a real ACME server, and its absence is told', { timeout: 300_000, skip: !ALL }, async (t) => {
  // A certificate from before is another root's: Pebble has a new one at each start.
  await run('docker', ['rm', '--force', container('domain')], { fine: true });
  await docker('volume', 'rm', '--force', `${project}_domain-data`);
  await isUp(t, 'domain');
  await keepsItsLink(t, 'domain');
  await tells(t, 'unreachable', {
    comes: async () => { await internet.switches({ records: { 'home.example.org': '198.51.100.100' } }); await proof(); },
    goes: async () => { await internet.isItself(); await proof(); },
  });
  // No certificate can be had, and there is none from before.
  await tells(t, 'acme', {
    comes: async () => {
      await internet.switches({ acme: 'close' });
      await stack.stop('domain');
      await docker('run', '--rm', '--network', 'none', '--user', '0:0', '--volume', `${project}_domain-data:/data`, '--entrypoint', 'sh', 'redis:8.0.2', '-c', 'rm -rf /data/*');
      await stack.start('domain');
    },
    goes: async () => { await internet.switches({ acme: '' }); await stack.restart('domain'); },
  });
});

test('an address that somebody serves himself', { timeout: 240_000, skip: !ALL }, async (t) => {
  await isUp(t, 'public-url');
  await keepsItsLink(t, 'public-url');
  await tells(t, 'unreachable', {
    comes: async () => { await internet.switches({ visitorDelayMs: 60_000 }); await proof(); },
    goes: async () => { await internet.switches({ visitorDelayMs: 0 }); await proof(); },
  });
  assert.equal(headline(await stack.statusNow()), undefined);
});
