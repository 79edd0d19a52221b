// While an internal endpoint can be reached through the public URL, the public URL is withheld.
import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { internet } from '../support/internet.mjs';
import { repository } from '../support/process.mjs';
import { headline, stack, temporaryFolder, time } from '../support/stack.mjs';

before(() => stack.isReady(), { timeout: 180_000 });
after(async () => {
  stack.plain();
  await stack.up();
  await stack.isReady();
  await stack.close();
}, { timeout: 180_000 });

/** A gateway that exposes an internal endpoint. */
async function gateway(routes) {
  const folder = join(await temporaryFolder(), 'gateway');
  await cp(join(repository, 'gateway'), folder, { recursive: true });
  const file = join(folder, 'Caddyfile');
  const before = await readFile(file, 'utf8');
  const opened = before.replace('\troute {\n\t\timport routes_', `\troute {\n${routes}\n\t\timport routes_`);
  assert.ok(opened !== before, 'the Caddyfile no longer has this place');
  await writeFile(file, opened);
  return `services: { gateway: { volumes: ["${folder}:/etc/caddy:ro"] } }`;
}

// LiveKit with a second, publicly known key beside the stack's own.
const DEVKEY = `
services:
  livekit:
    tmpfs: [/tmp]
    entrypoint: [/bin/sh, -c, 'sed "s/^keys: {/& devkey: secret,/" /etc/livekit/livekit.yaml >/tmp/livekit.yaml && exec /livekit-server --config /tmp/livekit.yaml']
`;

/** [name, the service to recreate, the override, the finding] */
const OPEN = [
  ["Icecast's administration", 'gateway', () => gateway('handle /admin/* {\nreverse_proxy icecast:8000\n}'), 'Icecast admin (GET /admin/)'],
  ["Icecast's statistics", 'gateway', () => gateway('handle /status-json.xsl {\nreverse_proxy icecast:8000\n}'), 'Icecast status (GET /status-json.xsl)'],
  ["LiveKit's API", 'gateway', () => gateway('handle /twirp/* {\nreverse_proxy livekit:7880\n}'), 'LiveKit API (POST /twirp/livekit.RoomService/ListRooms)'],
  ["the sidecar's control port", 'gateway', () => gateway('handle /status {\nreverse_proxy sidecar:8788\n}'), 'sidecar control (GET /status)'],
  ['LiveKit under a publicly known key', 'livekit', () => DEVKEY, 'LiveKit, key devkey (GET /sidelink/rtc/validate)'],
];

const isExposed = (status) => headline(status)?.reason.code === 'exposed';

test('an exposed endpoint withdraws the public URL until it is closed', { timeout: 600_000 }, async (t) => {
  for (const [what, service, override, found] of OPEN) {
    await t.test(what, async () => {
      const { publicUrl } = await stack.config(({ phase }) => phase === 'ready');
      const began = Date.now();
      await stack.with(await override());
      try {
        await stack.up(service);
        const status = await stack.status(isExposed, { seconds: 90 });
        t.diagnostic(`${what}: reported ${Date.now() - began} ms after \`docker compose up\``);
        const { layer, state, reason } = headline(status);
        assert.deepEqual([layer, state, status.phase], ['exposure', 'broken', 'degraded']);
        assert.ok(reason.message.includes(found) && reason.messagePt.includes(found), reason.message);
        assert.equal(status.publicUrl, publicUrl, 'the hostname is the same');
        const url = await stack.trySidelink('url');
        assert.deepEqual([url.code, url.stdout], [69, ''], 'the public URL was handed out');
      } finally {
        stack.plain();
        await stack.up(service);
      }
      const closed = await stack.status(({ phase }) => phase === 'ready', { seconds: 90 });
      assert.match(closed.layers.find(({ layer }) => layer === 'exposure').observed, /^(\d+)\/\1 closed$/, 'an endpoint gave no answer');
    });
  }
});

test('a URL whose endpoint is exposed from the start is never reported', { timeout: 300_000 }, async () => {
  await stack.down();
  await stack.with(await gateway('handle /twirp/* {\nreverse_proxy livekit:7880\n}'));
  const up = stack.up();
  const named = [];
  const onEach = (status) => status.publicUrl && named.push(status.publicUrl);
  const status = await stack.status(isExposed, { onEach });
  await up;
  assert.equal(status.phase, 'preparing');
  // A new verification does not change that.
  assert.equal(headline(await stack.verify()).reason.code, 'exposed');
  assert.equal((await stack.config()).publicUrl, null);
  assert.equal((await stack.trySidelink('url')).code, 69);
  assert.deepEqual(named, [], 'a public URL was reported while an endpoint was exposed');
  stack.plain();
  await stack.up('gateway');
  await stack.status(({ phase, publicUrl }) => phase === 'ready' && publicUrl, { seconds: 90 });
});

test('a requested verification checks the exposure, and a renewal does not', { timeout: 180_000 }, async (t) => {
  await internet.forgetsLog();
  const began = Date.now();
  const { phase, verifiedAt, publicUrl } = await stack.verify();
  t.diagnostic(`a verification with all exposure checks: ${Date.now() - began} ms`);
  assert.equal(phase, 'ready');
  const { hostname } = new URL(publicUrl);
  const visits = async () => (await internet.log('visit')).filter(({ name }) => name === hostname).map(({ detail }) => detail);
  const tried = await visits();
  // Only a client that does not normalize dots and slashes sends the last two.
  for (const endpoint of ['POST /twirp/livekit.RoomService/ListRooms', 'GET /debug/pprof/', 'GET //admin/stats', 'GET /stream/../admin/stats']) {
    assert.ok(tried.includes(endpoint), `${endpoint} was not tried: ${tried.join(', ')}`);
  }
  await internet.forgetsLog();
  await stack.config((config) => time(config.verifiedAt) > time(verifiedAt), { seconds: 90 });
  const renewal = await visits();
  for (const path of ['GET /sidelink/rtc', 'GET /sidelink/media']) assert.ok(renewal.includes(path), path);
  assert.ok(renewal.length <= 6, `${renewal.length} requests for a renewal`);
  assert.ok(!renewal.includes('GET /admin/stats'), `${renewal.length} requests for a renewal`);
});
