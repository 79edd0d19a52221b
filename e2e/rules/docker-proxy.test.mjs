// The requests that docker-proxy passes to Docker, and those that it refuses: the container of
// compose.yaml, in front of the real engine, with containers of this project and of others.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { ask, contained, docker, eventually, publishedPort, repository, Sandbox } from './containers.mjs';

const image = 'sidelink/sidecar:0.1.0';
const project = `rules-${randomBytes(4).toString('hex')}`;

// Exposes the socket as a TCP port, so that tests can send any bytes.
const bridge = `
  const net = require('net');
  net.createServer({ allowHalfOpen: true }, (from) => {
    const to = net.connect({ path: '/run/docker-proxy/docker.sock', allowHalfOpen: true });
    for (const [a, b] of [[from, to], [to, from]]) a.on('error', () => b.destroy()).pipe(b);
  }).listen(2375);
`;

const sandbox = new Sandbox();
let port, proxy, volume, own, neighbour, stranger, ownId, neighbourId;

const labels = (name, role = 'app') => ['--label', `com.docker.compose.project=${name}`, '--label', 'com.docker.compose.service=app', ...(role ? ['--label', `sidelink.role=${role}`] : [])];
const idles = ['sleep', '600'];

before(async () => {
  await sandbox.open();
  volume = await sandbox.volume();
  own = await sandbox.start('own', [...labels(project), '--init', '--env=PASSWORD=hunter2'], 'debian:trixie-slim', ...idles);
  // A project whose name begins with ours, and a container without a project.
  neighbour = await sandbox.start('neighbour', [...labels(`${project}-b`), '--env=PASSWORD=hunter2'], 'debian:trixie-slim', ...idles);
  stranger = await sandbox.start('stranger', ['--env=PASSWORD=hunter2'], 'debian:trixie-slim', ...idles);
  [ownId, neighbourId] = await Promise.all([own, neighbour].map((name) => docker('inspect', '--format', '{{.Id}}', name)));
  proxy = await sandbox.alone('proxy', [...contained, ...labels(project, 'docker-proxy'), '--user=0:0', '--volume', `${volume}:/run/docker-proxy`,
    '--volume', '/var/run/docker.sock:/var/run/docker.sock'], image, 'docker-proxy');
  const client = await sandbox.program('client', ['--user=65532:65532', '--volume', `${volume}:/run/docker-proxy:ro`, '--publish=127.0.0.1::2375'], bridge);
  port = await publishedPort(client, 2375);
  await eventually('the proxy answers', async () => (await asks('/_ping')).status === 200);
});

after(() => sandbox.close());

/** Sends a request as a client of a Unix socket does. */
const asks = (path, options = {}) => ask(port, path, { ...options, headers: { host: 'docker', ...options.headers } });
const post = (path) => asks(path, { method: 'POST', headers: { 'content-length': '0' } });

const passes = ['GET /_ping', 'HEAD /_ping', 'GET /version', 'GET /v1.44/version', 'GET /containers/json?all=true', 'GET /v1.44/containers/OWN/json?size=false',
  'GET /containers/OWN/logs?stdout=true&tail=20', 'GET /containers/ID/json', 'GET /containers/SHORT/json'];
for (const call of passes) {
  test(`passes: ${call}`, async () => {
    const [method, path] = call.split(' ');
    const answer = await asks(path.replace('OWN', own).replace('SHORT', ownId.slice(0, 12)).replace('ID', ownId), { method });
    assert.equal(answer.status, 200, answer.body);
  });
}

const refused = [
  // other calls
  'GET /', 'GET /info', 'GET /images/json', 'GET /networks', 'GET /volumes', 'GET /secrets', 'GET /system/df', 'GET /containers/OWN/top',
  'GET /containers/OWN/export', 'GET /containers/OWN/archive?path=/', 'GET /containers/OWN/attach/ws', 'GET /containers/OWN/stats', 'GET /exec/0d6c/json',
  'GET /distribution/a/json', 'GET /containers/OWN/changes',
  // other verbs
  'POST /containers/create', 'POST /v1.45/containers/create', 'POST /containers/OWN/exec', 'POST /exec/0d6c/start', 'POST /containers/OWN/kill',
  'POST /containers/OWN/update', 'POST /containers/OWN/rename?name=x', 'POST /containers/OWN/pause', 'POST /containers/OWN/attach', 'POST /containers/prune',
  'POST /images/create', 'POST /build', 'POST /auth', 'POST /session', 'POST /grpc', 'DELETE /containers/OWN', 'DELETE /containers/OWN/start',
  'PUT /containers/OWN/archive', 'POST /containers/json', 'POST /containers/OWN/json', 'POST /_ping', 'POST /events', 'DELETE /events',
  'OPTIONS /containers/json', 'GET /containers/OWN/start', 'HEAD /containers/OWN/stop',
  // the right path in the wrong place
  'GET /x/containers/json', 'GET /containers/json/x', 'GET /containers/jsonx', 'GET /v1/containers/json', 'GET /v2.45/containers/json',
  'GET /v1.45x/containers/json', 'GET /v1.45/v1.45/containers/json', 'GET /CONTAINERS/JSON', 'POST /containers/OWN/start/x',
  'POST /containers/create?x=/containers/OWN/start', 'POST /containers//start', 'POST /containers/-x/start', 'POST /containers/OWN/startx',
  'GET /eventsx', 'GET /_ping/..', 'GET /containers/OWN/json/', 'GET /version/', 'GET /containers//OWN/json', 'GET http://docker/containers/json',
  // bypasses: dots, slashes, encodings
  'GET //containers/json', 'GET /containers//json', 'GET /./containers/json', 'GET /containers/./json', 'GET /containers/../images/json',
  'GET /containers/..%2f..%2fimages/json', 'GET /containers/%2e%2e/json', 'GET /containers/OWN%2fexport%3f/json', 'GET /%63ontainers/json',
  'GET /containers/json%00', 'GET /containers/OWN%2f..%2f..%2finfo/json', 'GET /containers/a\\..\\b/json', 'GET /containers/.ab/json',
  'POST /containers/create%3f/start', 'POST /containers/OWN/exec#/start', 'POST /containers/OWN/exec;/start', 'GET /_ping%0a',
  // parameters
  'POST /containers/OWN/stop?signal=SIGKILL', 'POST /containers/OWN/start?detachKeys=x', 'GET /containers/OWN/json?size=1', 'GET /containers/json?limit=1',
  'GET /containers/json?filters=%7B%22ancestor%22%3A%5B%22x%22%5D%7D', 'POST /containers/OWN/restart?t=1&t=2',
];
for (const call of refused) {
  test(`refuses: ${call}`, async () => {
    const [method, path] = call.split(' ');
    const answer = await asks(path.replaceAll('OWN', own), { method, headers: { 'content-length': '0' } });
    // 400 is the server's own status for an invalid request.
    assert.ok([403, 400].includes(answer.status), `status ${answer.status}, ${answer.body}`);
    if (answer.status === 403 && method !== 'HEAD') assert.match(JSON.parse(answer.body).message, /^docker-proxy does not pass this call on: /);
  });
}

test('every request of a web page is refused', async () => {
  for (const headers of [{ host: 'evil.example:2375' }, { origin: 'http://docker' }, { 'sec-fetch-site': 'same-origin' }, { upgrade: 'tcp', connection: 'Upgrade' }]) {
    for (const [method, path] of [['GET', '/containers/json'], ['POST', `/containers/${own}/stop`]]) {
      assert.equal((await asks(path, { method, headers })).status, 403, JSON.stringify(headers));
    }
  }
  assert.equal((await asks(`/containers/${own}/start`, { method: 'POST', body: '{}' })).status, 403, 'a body');
});

test('containers of another project are neither listed nor changed, also where its name begins with ours', async () => {
  for (const other of [neighbour, neighbourId, neighbourId.slice(0, 12), stranger]) {
    for (const call of ['json', 'logs?stdout=1']) {
      const answer = await asks(`/containers/${other}/${call}`);
      assert.equal(answer.status, 403);
      assert.doesNotMatch(answer.body, /hunter2/);
    }
    for (const act of ['stop', 'start', 'restart']) assert.equal((await post(`/containers/${other}/${act}`)).status, 403);
  }
  assert.equal(await docker('inspect', '--format', '{{.State.Running}}', neighbour), 'true');
  const filters = (label) => `filters=${encodeURIComponent(JSON.stringify({ label: [label] }))}`;
  const ids = async (query) => JSON.parse((await asks(`/containers/json?all=true${query}`)).body).map(({ Id }) => Id);
  assert.ok((await ids('')).includes(ownId) && !(await ids('')).includes(neighbourId));
  assert.deepEqual(await ids(`&${filters(`com.docker.compose.project=${project}-b`)}`), []);
  assert.deepEqual(await ids(`&${filters('com.docker.compose.project')}`), await ids(''));
});

test('an own container is shown without its environment', async () => {
  const { status, body } = await asks(`/containers/${own}/json`);
  assert.equal(status, 200);
  assert.doesNotMatch(body, /hunter2/);
  assert.equal(JSON.parse(body).Config.Labels['sidelink.role'], 'app');
});

test('events: of the own project only, and a quiet stream stays open', { timeout: 60_000 }, async () => {
  const until = Math.floor(Date.now() / 1000) + 9; // longer than a request's head may take
  const stream = asks(`/events?since=${Math.floor(Date.now() / 1000)}&until=${until}`, { patience: 30_000 });
  await docker('kill', neighbour);
  await docker('kill', own);
  const lines = (await stream).body.trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(lines.some(({ Action, Actor }) => Action === 'die' && Actor.ID === ownId));
  // The stream begins at a whole second, so the proxy's own start can be in it.
  assert.deepEqual(lines.filter(({ Actor }) => Actor.Attributes['com.docker.compose.project'] !== project), []);
});

test('the log has its actions and refusals, and no read', async () => {
  assert.equal((await post(`/containers/${own}/start`)).status, 204);
  await asks('/images/json?marked', { method: 'POST', body: 'a secret body' });
  await eventually('the log has the refusal', async () => (await docker('logs', proxy)).includes('POST /images/json'));
  const log = await docker('logs', proxy);
  assert.match(log, new RegExp(`INFO passed on asked="POST /containers/${own}/start" status=204`));
  assert.doesNotMatch(log, /secret body/);
  assert.doesNotMatch(log, new RegExp(`GET /containers/${ownId}/json`), 'a read that passed');
});

test('it has no network, no user of the host can reach its socket, and its healthcheck passes', async () => {
  const { HostConfig, NetworkSettings } = JSON.parse(await docker('inspect', proxy))[0];
  assert.equal(HostConfig.NetworkMode, 'none');
  assert.ok(Object.values(NetworkSettings.Networks).every(({ IPAddress }) => !IPAddress));
  const folder = await docker('volume', 'inspect', '--format', '{{.Mountpoint}}', volume);
  // Root checks as an unprivileged user; any other user checks directly.
  const unprivileged = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {};
  await assert.rejects(promisify(execFile)('stat', [join(folder, 'docker.sock')], unprivileged), /Permission denied/);
  await docker('exec', proxy, 'sidelink', 'docker-proxy', '--check');
});

test('the healthcheck names a wrong DOCKER_SOCK', async () => {
  const empty = await sandbox.volume();
  const wrong = await sandbox.alone('wrong', [...contained, '--user=0:0', '--env=SIDELINK_PROJECT=x', '--volume', `${await sandbox.volume()}:/run/docker-proxy`,
    '--volume', `${empty}:/var/run/docker.sock`], image, 'docker-proxy');
  await assert.rejects(docker('exec', wrong, 'sidelink', 'docker-proxy', '--check'), /the Docker socket is a directory.*DOCKER_SOCK/);
});

const variants = ['', ...['tunnel-named', 'tunnel-ngrok', 'domain', 'public-url', 'livekit-on-host', 'app-on-host'].map((name) => `compose/${name}.yaml`)];
for (const variant of variants) {
  test(`compose.yaml ${variant}: docker-proxy alone has Docker's socket, and shares its own with the sidecar alone`, async () => {
    const files = ['compose.yaml', variant].filter(Boolean).flatMap((file) => ['--file', join(repository, file)]);
    const environment = { ...process.env, COMPOSE_FILE: '', PUBLIC_URL: 'https://a.example', SIDELINK_DOMAIN: 'a.example' };
    const { stdout } = await promisify(execFile)('docker', ['compose', '--profile', '*', ...files, 'config', '--format', 'json'], { env: environment });
    const { services } = JSON.parse(stdout);
    const having = (mount) => Object.keys(services).filter((name) => (services[name].volumes ?? []).some(({ source }) => mount(source))).sort();
    assert.deepEqual(having((source) => /docker\.sock/.test(source)), ['docker-proxy']);
    assert.deepEqual(having((source) => source === 'docker-proxy'), ['docker-proxy', 'sidecar']);
    assert.equal(services['docker-proxy'].network_mode, 'none');
    assert.equal(services['docker-proxy'].ports, undefined);
  });
}
