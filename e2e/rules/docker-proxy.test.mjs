// What docker-proxy lets through to Docker, and what it does not. The engine behind it is one
// of the test's own, which says yes to everything: only the rules stand in between.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { ask, contained, docker, eventually, publishedPort, repository, Sandbox } from './containers.mjs';

const configuration = join(repository, 'docker-proxy/haproxy.cfg');

// /events speaks, and again after 3 s; a stop takes 3 s.
const engine = `
  const later = (f) => setTimeout(f, 3000);
  require('http').createServer((q, a) => {
    const path = q.url.split('?')[0];
    if (path.endsWith('/events')) { a.write('one'); later(() => a.end('two')); }
    else if (path.endsWith('/stop')) later(() => a.end('passed'));
    else a.end('passed');
  }).listen('/run/docker.sock');
`;

const passes = [
  'GET /_ping',
  'HEAD /_ping',
  'GET /version',
  'GET /v1.44/version',
  'GET /containers/json',
  'GET /v1.45/containers/json?all=1&filters=%7B%22label%22%3A%5B%22a%3Db%22%5D%7D',
  'GET /containers/sidelink-app-1/json',
  'GET /v1.45/containers/0d6c1f/json',
  'GET /v1.45/containers/0d6c1f/logs?stdout=1',
  'POST /containers/sidelink-app-1/start',
  'POST /v1.45/containers/0d6c1f/restart?t=5',
];

const refused = [
  // other calls
  'GET /', 'GET /info', 'GET /images/json', 'GET /networks', 'GET /volumes', 'GET /secrets', 'GET /system/df',
  'GET /containers/0d6c/top', 'GET /containers/0d6c/export', 'GET /containers/0d6c/archive?path=/', 'GET /containers/0d6c/attach/ws',
  'GET /containers/0d6c/stats', 'GET /exec/0d6c/json', 'GET /distribution/a/json', 'GET /containers/0d6c/changes',
  // other verbs
  'POST /containers/create', 'POST /v1.45/containers/create', 'POST /containers/0d6c/exec', 'POST /exec/0d6c/start',
  'POST /containers/0d6c/kill', 'POST /containers/0d6c/update', 'POST /containers/0d6c/rename?name=x', 'POST /containers/0d6c/pause',
  'POST /containers/0d6c/attach', 'POST /containers/prune', 'POST /images/create', 'POST /build', 'POST /auth', 'POST /session', 'POST /grpc',
  'DELETE /containers/0d6c', 'DELETE /containers/0d6c/start', 'PUT /containers/0d6c/archive', 'PUT /containers/0d6c/start',
  'POST /containers/json', 'POST /containers/0d6c/json', 'POST /_ping', 'POST /events', 'DELETE /events', 'OPTIONS /containers/json',
  'GET /containers/0d6c/start', 'HEAD /containers/0d6c/stop',
  // the right words in the wrong place
  'GET /x/containers/json', 'GET /containers/json/x', 'GET /containers/jsonx', 'GET /v1/containers/json', 'GET /v2.45/containers/json',
  'GET /v1.45x/containers/json', 'GET /v1.45/v1.45/containers/json', 'GET /CONTAINERS/JSON', 'POST /containers/0d6c/start/x',
  'POST /containers/create?x=/containers/0d6c/start', 'POST /containers//start', 'POST /containers/-x/start', 'POST /containers/0d6c/startx',
  'GET /eventsx', 'GET /_ping/..', 'GET /containers/0d6c/json/', 'GET /version/',
  // ways around: dots, slashes, encodings
  'GET //containers/json', 'GET /containers//json', 'GET /./containers/json', 'GET /containers/./json', 'GET /containers/../images/json',
  'GET /containers/..%2f..%2fimages/json', 'GET /containers/%2e%2e/json', 'GET /containers/0d6c%2fexport%3f/json', 'GET /%63ontainers/json',
  'GET /containers/json%00', 'GET /containers/0d6c%2f..%2f..%2finfo/json', 'GET /containers/a\\..\\b/json', 'GET /containers/.ab/json',
  'POST /containers/create%3f/start', 'POST /containers/0d6c/exec#/start', 'POST /containers/0d6c/exec;/start', 'GET /_ping%0a',
];

const sandbox = new Sandbox();
let port, proxy, hurriedPort, folder, socket;

before(async () => {
  await sandbox.open();
  socket = await sandbox.volume();
  folder = await mkdtemp(join(tmpdir(), 'sidelink rules '));
  await sandbox.program('engine', ['--user=0:0', '--volume', `${socket}:/run`], engine);
  proxy = await startProxy('proxy', configuration);
  port = await publishedPort(proxy, 2375);
  // The same rules, in which what takes two minutes takes one second.
  const hurried = join(folder, 'haproxy.cfg');
  await writeFile(hurried, (await readFile(configuration, 'utf8')).replace('timeout server 2m', 'timeout server 1s'));
  hurriedPort = await publishedPort(await startProxy('hurried', hurried), 2375);
  for (const each of [port, hurriedPort]) {
    await eventually('the proxy answers', async () => (await ask(each, '/_ping')).status === 200);
  }
});

after(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

function startProxy(name, file) {
  return sandbox.start(name, [
    ...contained, '--user=0:0', '--publish=127.0.0.1::2375',
    '--volume', `${file}:/usr/local/etc/haproxy/haproxy.cfg:ro`, '--volume', `${socket}:/var/run`,
  ], 'haproxy:3.0-alpine');
}

for (const call of passes) {
  test(`passes: ${call}`, async () => {
    const [method, path] = call.split(' ');
    const answer = await ask(port, path, { method });
    assert.equal(answer.status, 200);
    if (method !== 'HEAD') assert.equal(answer.body, 'passed');
  });
}

for (const call of refused) {
  test(`refuses: ${call}`, async () => {
    const [method, path] = call.split(' ');
    const answer = await ask(port, path, { method, headers: { 'content-length': '0' } });
    // 400 is HAProxy's own word for what is no request at all.
    assert.ok([403, 400].includes(answer.status), `status ${answer.status}, ${answer.body}`);
    assert.doesNotMatch(answer.body, /passed/);
  });
}

test('a refusal says in one sentence of JSON who refused', async () => {
  const answer = await ask(port, '/images/json');
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.match(JSON.parse(answer.body).message, /docker-proxy/);
});

test('a stream of events has no time limit, a call has one', async () => {
  const [events, stop] = await Promise.all([
    ask(hurriedPort, '/v1.45/events?filters=%7B%7D'),
    ask(hurriedPort, '/containers/0d6c/stop', { method: 'POST' }),
  ]);
  assert.equal(events.body, 'onetwo');
  assert.equal(stop.status, 504);
});

test('a stop that takes a while is waited for', async () => {
  assert.equal((await ask(port, '/containers/0d6c/stop', { method: 'POST' })).body, 'passed');
});

test('the log tells refusals and acts, never a body, and not every question', async () => {
  await ask(port, '/images/json?marked', { method: 'POST', body: 'a secret body' });
  await ask(port, '/containers/marked/restart', { method: 'POST' });
  await ask(port, '/containers/unmarked/json');
  await eventually('the log has the refusal', async () => (await docker('logs', proxy)).includes('POST /images/json 403'));
  const log = await docker('logs', proxy);
  assert.match(log, /POST \/containers\/marked\/restart 200/);
  assert.doesNotMatch(log, /secret body/);
  assert.doesNotMatch(log, /containers\/unmarked\/json/);
});
