// Reads every secret out of its volume, and searches for it where it must not be.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { internet } from '../support/internet.mjs';
import { phoneBrowser } from '../support/browser.mjs';
import { run } from '../support/process.mjs';
import { container, docker, project, stack } from '../support/stack.mjs';

// Who reads a volume; `sidecar` holds the originals.
const CONSUMERS = ['redis', 'livekit', 'icecast', 'silence', 'app', 'gateway', 'sidecar'];
const PUBLIC = 'instance'; // in every answer's X-Sidelink-Instance

let files, secrets, phone;

before(async () => {
  await stack.isReady();
  files = await readVolumes();
  secrets = new Map(files
    .filter(({ consumer, name }) => consumer === 'sidecar' && name !== PUBLIC)
    .map(({ name, content }) => [name, content.trim()]));
}, { timeout: 180_000 });
after(async () => {
  await phone?.close();
  await stack.close();
});

test('every secret exists and is long enough', () => {
  assert.ok(secrets.size >= 10, [...secrets.keys()].join(', '));
  // People type one of them: 20 letters and digits without look-alikes.
  const readable = /^(?:[a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}$/;
  for (const [name, secret] of secrets) assert.match(secret, name === 'app-password' ? readable : /^[0-9a-f]{16,}$/, name);
});

test('each file has mode 0400 and the uid of the program that reads it', async () => {
  for (const consumer of CONSUMERS) {
    const uid = await uidOf(consumer);
    const own = files.filter((file) => file.consumer === consumer);
    assert.notEqual(own.length, 0, consumer);
    for (const { name, mode, owner } of own) assert.deepEqual([mode, owner], ['400', uid], `${consumer}/${name}`);
  }
});

test('each consumer has what it needs and no more', () => {
  const holders = (name) => files.filter(({ consumer, content }) => consumer !== 'sidecar' && content.includes(secrets.get(name))).map(({ consumer }) => consumer);
  const expected = {
    'control-token': [], 'app-token': ['app'], 'livekit-key': ['livekit'], 'livekit-secret': ['livekit'], 'redis-password': ['redis'],
    'app-password': ['app'], 'app-session-key': ['app'],
    'icecast-admin-password': ['icecast'], 'icecast-source-password': ['icecast', 'silence'], 'icecast-relay-password': ['icecast'],
  };
  for (const name of secrets.keys()) assert.deepEqual([...new Set(holders(name))].sort(), expected[name], name);
});

test("no secret is in the engine's description of containers and images", async () => {
  const containers = await stack.containers();
  const images = [...new Set(containers.map(({ Image }) => Image))];
  for (const each of containers) hasNoSecret(JSON.stringify(each), `docker inspect ${each.Name}`);
  hasNoSecret(await docker('image', 'inspect', ...images), 'docker image inspect');
  for (const image of images) hasNoSecret(await docker('history', '--no-trunc', image), `docker history ${image}`);
});

test('no secret is in any log', async () => {
  for (const [name, log] of await logs()) hasNoSecret(log, `docker logs ${name}`);
});

test("no visitor's token is in any log, whatever breaks while it is used", { timeout: 240_000 }, async (t) => {
  const { publicUrl } = await stack.config(({ phase }) => phase === 'ready');
  const { hostname } = new URL(publicUrl);
  phone = await phoneBrowser();
  const linkToken = `link-${randomBytes(16).toString('hex')}`;
  const [stays, leaves] = await Promise.all(['stays', 'leaves'].map((identity) => accessToken(identity)));
  const signalling = (token) => `wss://${hostname}/rtc?access_token=${token}`;
  const asks = { stays: `/rtc/validate?access_token=${stays}`, link: `/sidelink/links/${linkToken}/join`, page: `/watch/${linkToken}?token=${linkToken}` };
  await internet.forgetsLog();

  // A call whose LiveKit dies, and one that is requested while LiveKit is down.
  const call = await phone.visitor('Ana');
  await call.opens(publicUrl);
  await call.page.evaluate(signals, signalling(stays));
  await stack.kill('livekit');
  await call.page.evaluate(() => window.ended);
  for (const path of Object.values(asks)) t.diagnostic(`${path.split('?')[0].split('/')[1]} without LiveKit: ${await call.page.evaluate(status, path)}`);
  await stack.status(({ phase }) => phase === 'ready', { seconds: 90 });

  // A visitor who leaves during a call.
  const visitor = await phone.visitor('Bia');
  await visitor.opens(publicUrl);
  await visitor.page.evaluate(signals, signalling(leaves));
  await visitor.page.close();

  // The gateway leaves the tunnel's network: cloudflared logs whole URLs then. An open connection
  // gets no answer at all, so the edge gives up after originTimeoutMs.
  await internet.switches({ originTimeoutMs: 5000 });
  await docker('network', 'disconnect', `${project}_edge`, container('gateway'));
  try {
    const answers = Object.values(asks).map((path) => call.page.evaluate(status, path));
    for (const answer of await Promise.all(answers)) assert.ok([502, 504, 524].includes(answer), 'the tunnel reached the gateway');
  } finally {
    await internet.switches({ originTimeoutMs: 120_000 });
    await docker('network', 'connect', '--alias', 'gateway', `${project}_edge`, container('gateway'));
  }
  await stack.status(({ phase }) => phase === 'ready', { seconds: 90 });

  const visits = (await internet.log('visit')).filter(({ name }) => name === hostname).map(({ detail }) => detail);
  for (const path of ['GET /sidelink/rtc', 'GET /sidelink/rtc/validate', `GET ${asks.link}`]) assert.ok(visits.includes(path), `${path} did not go through the tunnel`);
  for (const [name, log] of await logs()) {
    // The test internet and the phone are not part of the stack.
    if (['internet', 'phone'].some((service) => name === `/${container(service)}`)) continue;
    const held = Object.entries({ stays, leaves, linkToken }).filter(([, token]) => log.includes(token)).map(([whose]) => whose);
    assert.deepEqual(held, [], `docker logs ${name}`);
  }
});

test('no secret is in the repository', async () => {
  const patterns = [...secrets.values()].join('\n');
  const { code, stdout } = await run('git', ['grep', '--fixed-strings', '--files-with-matches', '-f', '-'], { input: patterns, fine: true });
  assert.deepEqual([code, stdout], [1, ''], 'files of the repository hold secrets');
});

/** The name and the whole log of every container of the project. */
async function logs() {
  const names = (await stack.containers()).map(({ Name }) => Name);
  return Promise.all(names.map(async (name) => {
    const { stdout, stderr } = await run('docker', ['logs', name.slice(1)]);
    return [name, stdout + stderr];
  }));
}

const accessToken = async (identity) => (await stack.sidelink('livekit-token', '--room', 'logs', '--identity', identity)).stdout.trim();

// Runs in the page, down to the next empty line.
function signals(url) {
  const socket = new WebSocket(url);
  window.ended = new Promise((resolve) => { socket.onclose = () => resolve(); });
  return new Promise((resolve, reject) => {
    socket.onmessage = () => resolve();
    socket.onerror = () => reject(new Error('no WebSocket to LiveKit'));
  });
}
const status = (path) => fetch(path).then((answer) => answer.status);

/** Fails with the name of the secret, never with the secret. */
function hasNoSecret(text, where) {
  const found = [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name);
  assert.deepEqual(found, [], `in ${where}`);
}

async function readVolumes() {
  const mounts = CONSUMERS.flatMap((consumer) => ['--volume', `${project}_secrets-${consumer}:/made/${consumer}:ro`]);
  const script = 'cd /made && find . -type f | while read -r f; do echo "$f $(stat -c "%a %u" "$f") $(base64 -w0 "$f")"; done';
  const listed = await docker('run', '--rm', '--network', 'none', '--user', '0:0', ...mounts, '--entrypoint', 'sh', 'redis:8.0.2', '-c', script);
  return listed.split('\n').map((line) => {
    const [path, mode, owner, content] = line.split(' ');
    const [, consumer, name] = path.split('/');
    return { consumer, name, mode, owner, content: Buffer.from(content, 'base64').toString() };
  });
}

/** The uid of its processes, as the kernel reports it. */
async function uidOf(service) {
  const [, ...uids] = (await docker('top', container(service), '-eo', 'pid,uid')).split('\n').map((line) => line.trim().split(/\s+/)[1]);
  assert.equal(new Set(uids).size, 1, `${service} runs as ${uids}`);
  return uids[0];
}
