// Shared videos of 640×360 at 15 frames a second and their viewers, beside LiveKit without the stack in
// the same run; the limit of connections; and what two hundred joins leave behind. Prints a table.
// E2E_VIEWERS, E2E_LOAD_SECONDS, E2E_PUBLISHERS and E2E_JOINS set the size: see scripts/load.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { localBrowser } from '../support/browser.mjs';
import { delays, share, watched, watches } from '../support/clock-camera.mjs';
import { costs } from '../support/costs.mjs';
import { countsFreezes, longestFreeze } from '../support/freezes.mjs';
import { links } from '../support/links.mjs';
import { sleep } from '../support/measured-calls.mjs';
import { run, within } from '../support/process.mjs';
import { comesAndGoes, loss, participant, publishes, views } from '../support/shared-video.mjs';
import { container, docker, local, stack } from '../support/stack.mjs';

const VIEWERS = Number(process.env.E2E_VIEWERS || 10);
const SECONDS = Number(process.env.E2E_LOAD_SECONDS || 30);
const PUBLISHERS = Number(process.env.E2E_PUBLISHERS || 1);
const PARTICIPANTS = PUBLISHERS + VIEWERS;
const JOINS = Number(process.env.E2E_JOINS || 40);
const AT_ONCE = 4;
const LIVEKIT = 'livekit/livekit-server:v1.13.5';
const ALONE = 'sidelink-e2e-livekit-alone';
const KEY = { name: 'alone', secret: 'a secret of thirty-two characters, for this test' };
const SERVICES = ['livekit', 'gateway', 'sidecar', 'bridge', 'redis'];
const MB = 1024 * 1024;
/** Limit of a test that watches for SECONDS. */
const WATCHING = { timeout: 180_000 + SECONDS * 1000 };

const rows = [];
let desk;

before(async () => {
  await stack.isReady();
  await stack.switchTo({ settings: { MAX_CONNECTIONS: String(PARTICIPANTS) } });
  await stack.status(({ phase }) => phase === 'ready', { seconds: 120 });
  desk = await localBrowser();
}, { timeout: 240_000 });
after(async () => {
  console.log(['| what | median | longest or sum |', '|---|---|---|', ...rows].join('\n'));
  await run('docker', ['rm', '--force', ALONE], { fine: true });
  await desk?.close();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

const row = (what, figures, unit = 'ms') => rows.push(`| ${what} | ${share(figures, 0.5).toFixed(0)} ${unit} | ${Math.max(...figures).toFixed(0)} ${unit} |`);

const token = (identity, room = 'load') => links.livekitToken({ room, identity, name: identity });

/** Waits until LiveKit has so many participants; LiveKit lists one that left for some seconds. */
async function hasClients(count) {
  const settled = async () => {
    while ((await stack.connections()).active_clients !== count) await sleep(0.5);
  };
  await within(60, `${count} participants`, settled());
}

/** Viewers join the published videos at once, and watch them. The first tokens are the publishers'. */
async function watchTogether(what, { url, tokens, names }) {
  const pages = await Promise.all(tokens.map((_, at) => participant(desk, `page ${at}`)));
  const publishers = pages.slice(0, PUBLISHERS);
  const viewers = pages.slice(PUBLISHERS);
  await Promise.all(publishers.map((publisher, at) => publishes(publisher, { url, token: tokens[at] })));
  const before = await costs(names);
  const joined = await Promise.all(viewers.map((viewer, at) => views(viewer, { url, token: tokens[PUBLISHERS + at], others: PUBLISHERS })));
  await Promise.all(viewers.map(countsFreezes));
  await watches(viewers[0]);
  const from = Date.now();
  const began = await costs(names);
  await sleep(SECONDS);
  const ended = await costs(names);
  const late = delays(await watched(viewers[0]), from, Infinity);
  const freezes = await Promise.all(viewers.map(longestFreeze));
  const lost = await Promise.all(viewers.map(loss));
  row(`${what}: connected`, joined.map(({ connected }) => connected));
  row(`${what}: first frame`, joined.map(({ firstFrame }) => firstFrame));
  row(`${what}: longest time without a picture`, freezes);
  row(`${what}: picture behind the camera`, late);
  row(`${what}: packets lost`, lost, '%');
  names.forEach((name, at) => {
    const cores = (ended[at].cpu - began[at].cpu) / (SECONDS * 1000);
    const each = (ended[at].memory - before[at].memory) / MB / viewers.length;
    rows.push(`| ${what}: ${name.replace(/^sidelink-|-1$/g, '')} | ${(100 * cores).toFixed(1)} % of a core, ${(100 * cores / viewers.length).toFixed(2)} % for each viewer | ${(ended[at].memory / MB).toFixed(0)} MB, ${each.toFixed(1)} MB for each viewer |`);
  });
  return { pages, joined, freezes, late };
}

const leave = (visitors) => Promise.all(visitors.map(({ page }) => page.context().close()));

test('LiveKit alone, for comparison', WATCHING, async () => {
  const config = JSON.stringify({ port: 7980, bind_addresses: ['127.0.0.1'], rtc: { udp_port: 7982, tcp_port: 7981, node_ip: '127.0.0.1' }, keys: { [KEY.name]: KEY.secret }, logging: { level: 'error' } });
  await docker('run', '--detach', '--name', ALONE, '--network', 'host', '--label', 'sidelink.e2e=livekit', LIVEKIT, '--config-body', config);
  const listens = async () => {
    while (!(await fetch('http://127.0.0.1:7980/').then(({ ok }) => ok, () => false))) await sleep(0.1);
  };
  await within(30, 'LiveKit alone listens', listens());
  const sign = (identity) => {
    const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const exp = Math.floor(Date.now() / 1000) + 600;
    const signed = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ iss: KEY.name, sub: identity, exp, video: { roomJoin: true, room: 'load' } })}`;
    return `${signed}.${createHmac('sha256', KEY.secret).update(signed).digest('base64url')}`;
  };
  const tokens = Array.from({ length: PARTICIPANTS }, (_, at) => sign(`one-${at}`));
  const { pages } = await watchTogether('LiveKit alone', { url: 'ws://127.0.0.1:7980', tokens, names: [ALONE] });
  await leave(pages);
  await run('docker', ['rm', '--force', ALONE]);
});

test(`${VIEWERS} viewers of ${PUBLISHERS} videos, who all ask for the same id: each is connected, none freezes, one more is refused`, WATCHING, async () => {
  const given = [];
  for (let count = 0; count < PARTICIPANTS; count += 1) given.push(await token(count < PUBLISHERS ? 'publisher' : 'viewer'));
  assert.deepEqual(given.map(({ status }) => status), given.map(() => 200));
  const identities = new Set(given.map(({ body }) => body.identity));
  assert.equal(identities.size, PARTICIPANTS, 'an identity was given twice');

  const tokens = given.map(({ body }) => body.token);
  const url = local.replace('http', 'ws');
  const { pages, joined, freezes, late } = await watchTogether('the stack', { url, tokens, names: SERVICES.map(container) });
  const listed = await stack.connections();
  assert.equal(listed.active_clients, PARTICIPANTS, 'a participant was disconnected');
  assert.deepEqual(new Set(joined.map(({ identity }) => identity)), new Set(listed.clients.map((one) => one.client_id).filter((id) => id.startsWith('viewer'))));
  assert.equal(listed.shared_tracks.shared_video_tracks, PUBLISHERS);
  assert.ok(freezes.length === VIEWERS && late.length > SECONDS, 'no pictures came');

  const refused = await token('viewer');
  assert.deepEqual([refused.status, refused.headers.get('retry-after'), refused.body.error.code], [503, '10', 'no_place']);
  assert.match(refused.body.error.message, new RegExp(`All ${PARTICIPANTS} connections are taken`));
  const link = await links.made();
  assert.equal((await links.join(link.token)).status, 503);
  await links.revoke(link.token);
  await leave(pages);
  await hasClients(0);
});

test(`${JOINS} joins and leaves leave nothing behind`, { timeout: 180_000 + JOINS * 3_000 }, async (t) => {
  await stack.switchTo({}); // without a limit, which counts each token for 15 s
  await stack.status(({ phase }) => phase === 'ready', { seconds: 120 });
  const visitor = await participant(desk, 'Ana');
  const url = local.replace('http', 'ws');
  const names = SERVICES.map(container);
  const keys = async () => (await docker('exec', container('redis'), 'sh', '-c', 'REDISCLI_AUTH="$(cat /etc/redis/password)" redis-cli dbsize')).trim();
  const rounds = async (count) => {
    for (let done = 0; done < count; done += AT_ONCE) {
      const tokens = [];
      for (let at = 0; at < AT_ONCE; at += 1) {
        const given = await token('passer-by', 'coming and going');
        assert.equal(given.status, 200, JSON.stringify(given.body));
        tokens.push(given.body.token);
      }
      await comesAndGoes(visitor, { url, tokens, atOnce: AT_ONCE });
      await hasClients(0);
    }
  };
  await rounds(AT_ONCE);
  const [first, firstKeys] = [await costs(names), await keys()];
  await rounds(JOINS);
  const [last, lastKeys] = [await costs(names), await keys()];
  assert.equal(lastKeys, firstKeys, 'Redis has more keys');
  names.forEach((name, at) => t.diagnostic(`${name}: ${((last[at].memory - first[at].memory) / MB).toFixed(1)} MB more after ${JOINS} joins`));
  const sidecar = names.indexOf(container('sidecar'));
  assert.ok(last[sidecar].memory - first[sidecar].memory < 16 * MB, 'the sidecar keeps memory of each join');
  await leave([visitor]);
});
