// Two clones of this repository on one machine: the second does not take over the first, and can
// run beside it.
import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { run } from '../support/process.mjs';
import { Project } from './project.mjs';

const first = new Project('sidelink-e2e-clones', ['compose.yaml'], { SIDELINK_MOVED: '' });
const PARTS = ['sidecar', 'gateway', 'redis'];
let [one, two] = [];

before(async () => {
  two = await first.clone('second');
  one = await first.clone('first');
  await first.compose(['up', '--detach', '--no-build', '--wait', ...PARTS]);
});
after(() => first.close());

/** A command as a user types it there. */
const inFolder = (folder, command, env = {}) =>
  run('bash', ['-c', command], { cwd: folder, fine: true, env: { ...first.settings, COMPOSE_PROJECT_NAME: first.name, COMPOSE_FILE: 'compose.yaml', ...env } });

/** Whether scripts/up refuses to run here; only that check is run. */
const refused = async (folder, env) =>
  (await inFolder(folder, 'set -eu; for lib in say settings folder; do source scripts/lib/$lib.sh; done; refuse_second_folder', env)).code !== 0;

test('scripts/up in a second clone refuses before Compose runs, with the error of init', async () => {
  const [running, created] = [await first.containers(), await first.created('init')];
  const { code, stderr } = await inFolder(two, 'exec scripts/up --no-build');
  assert.equal(code, 1, stderr);
  assert.deepEqual(await first.containers(), running);
  assert.equal(await first.created('init'), created);
  assert.ok(!(await refused(one)), 'the first continues from its own folder');
  assert.ok(!(await refused(two, { SIDELINK_MOVED: 'yes' })), 'a moved folder is accepted');
  assert.ok(!(await refused(two, { COMPOSE_PROJECT_NAME: 'sidelink-e2e-clones-2' })), 'another project is not running');

  const init = await first.init({}, two);
  const sentence = stderr.trim().split('\n').at(-1);
  assert.match(sentence, /^project "sidelink-e2e-clones" is running from /);
  assert.ok(init.output.includes(sentence), `${sentence} is not in ${init.output}`);
});

test('`up` in a second clone changes nothing of the first, and names the next step', async () => {
  const running = await first.containers();
  for (const part of PARTS) assert.ok(running[part], `${part} runs`);
  const { code } = await first.compose(['up', '--detach', '--no-build', ...PARTS], { folder: two, fine: true });
  assert.notEqual(code, 0);
  assert.deepEqual(await first.containers(), running);
  const { stdout } = await first.compose(['logs', '--no-log-prefix', 'init'], { folder: two });
  for (const part of [`running from ${one}`, `this folder is ${two}`, 'COMPOSE_PROJECT_NAME=sidelink-e2e-clones-2', 'SIDELINK_MOVED=yes']) {
    assert.ok(stdout.includes(part), `${part} is not in ${stdout}`);
  }
});

test('also with other ports, which recreates the sidecar before init can check', async () => {
  const { code } = await first.compose(['up', '--detach', '--no-build', ...PARTS], { folder: two, fine: true, env: { SIDELINK_PORT: '18081', SIDELINK_CONTROL_PORT: '18789' } });
  assert.notEqual(code, 0);
  await first.compose(['up', '--detach', '--no-build', '--wait', ...PARTS]); // the first continues from its own folder
});

test('a moved folder is accepted with SIDELINK_MOVED, and containers of the old one are recreated', async () => {
  const moved = `${one}-moved`;
  await first.compose(['stop', '--timeout', '2']); // as with a machine that is switched off
  await rename(one, moved);
  first.folder = moved;
  assert.equal((await inFolder(moved, 'for lib in say settings folder; do source scripts/lib/$lib.sh; done; made_elsewhere')).code, 0);
  await first.compose(['up', '--detach', '--no-build', '--wait', '--force-recreate', ...PARTS], { env: { SIDELINK_MOVED: 'yes' } });
  await first.compose(['up', '--detach', '--no-build', '--wait', ...PARTS]);
  assert.notEqual((await inFolder(moved, 'for lib in say settings folder; do source scripts/lib/$lib.sh; done; made_elsewhere')).code, 0);
});

test('under another project name the second clone runs beside the first', async () => {
  const second = new Project('sidelink-e2e-clones-2', ['compose.yaml'], { SIDELINK_PORT: '18082', SIDELINK_CONTROL_PORT: '18790', SIDELINK_MEDIA_TCP_PORT: '17981', SIDELINK_MEDIA_UDP_PORT: '17982' });
  second.folder = two;
  try {
    const running = await first.containers();
    await second.compose(['up', '--detach', '--no-build', '--wait', ...PARTS, 'livekit']);
    assert.deepEqual(await first.containers(), running);
    const { status } = await fetch('http://127.0.0.1:18082/sidelink/healthz');
    assert.equal(status, 200);
  } finally {
    await second.close();
  }
});
