// An existing project with services of the same names as ours: it stays unchanged, and its app is
// behind the gateway.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from '../support/process.mjs';
import { Project } from './project.mjs';

const THEIRS = 'sidelink-e2e-theirs';
const server = (text) => `command: [node, -e, "require('http').createServer((q, a) => a.end('${text}')).listen(3000)"]`;
const service = (name) => `  ${name}:\n    image: node:24-trixie-slim\n    init: true\n    stop_grace_period: 1s\n    ${server(`their ${name}`)}\n`;
const NAMES = ['app', 'redis', 'livekit', 'gateway', 'sidecar', 'icecast'];

const ours = new Project('sidelink-e2e-elsewhere', ['compose.yaml', 'compose/app-elsewhere.yaml'], { SIDELINK_APP: 'app:3000', SIDELINK_APP_NETWORK: `${THEIRS}_default` });
let folder;
const theirs = (...args) => run('docker', ['compose', ...args], { cwd: folder, env: { COMPOSE_FILE: 'compose.yaml', COMPOSE_PROJECT_NAME: THEIRS } });
const get = async (path) => (await fetch(`http://127.0.0.1:18080${path}`, { headers: { 'user-agent': 'e2e' } })).text();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidelink-theirs-'));
  await writeFile(join(folder, 'compose.yaml'), `services:\n${NAMES.map(service).join('')}`);
  await theirs('up', '--detach', '--wait');
  await ours.clone();
  await ours.compose(['up', '--detach', '--no-build', '--wait', 'sidelink-app', 'sidecar', 'gateway', 'livekit', 'redis', 'icecast']);
});
after(async () => {
  await ours.close();
  await theirs('down', '--timeout', '1');
  await rm(folder, { recursive: true, force: true });
});

test('visitors get their app', async () => {
  assert.equal(await get('/'), 'their app');
});

test('LiveKit and the sidecar are still ours', async () => {
  assert.doesNotMatch(await get('/rtc/validate'), /their/);
  assert.match(await get('/runtime-config'), /"instance"/);
});

test('in their network our service names do not resolve to our containers', async () => {
  for (const name of NAMES) {
    const ask = `fetch('http://${name}:3000/').then((r) => r.text()).then(console.log)`;
    for (let tries = 0; tries < 3; tries += 1) {
      const { stdout } = await theirs('exec', '-T', 'app', 'node', '-e', ask);
      assert.equal(stdout.trim(), `their ${name}`);
    }
  }
});

test('a recreated app has another address, and is found', async () => {
  await theirs('up', '--detach', '--wait', '--force-recreate', 'app');
  assert.equal(await get('/'), 'their app');
});

test('the relay’s healthcheck names a stopped app', async () => {
  await theirs('stop', '--timeout', '1', 'app');
  const { code, stdout } = await ours.compose(['exec', '-T', 'sidelink-app', 'sidelink', 'relay', '--check', '--to', 'app:3000', '--network', `${THEIRS}_default`], { fine: true });
  assert.notEqual(code, 0);
  assert.match(stdout, new RegExp(`app has no address in the network ${THEIRS}_default|app:3000 does not accept a connection`));
});
