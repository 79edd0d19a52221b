// `docker compose run --rm setup`, as a user at a terminal runs it: the container has a
// pseudo-terminal.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { resolved } from '../compose/files.mjs';
import { repository, within } from '../support/process.mjs';

// It has the shape of an ngrok token, and belongs to no account.
const TOKEN = `2${'x7Kq'.repeat(6)}_${'9bTz'.repeat(5)}`;

let folder, project;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidelink-setup-'));
  project = join(folder, 'project');
  await mkdir(project);
  for (const name of ['compose.yaml', 'compose', 'ngrok', '.env.example']) await cp(join(repository, name), join(project, name), { recursive: true });
  await mkdir(join(project, 'secrets'));
  await writeFile(join(project, 'compose.override.yaml'), 'services: {}\n');
});
after(() => rm(folder, { recursive: true, force: true }));

/** Every file with the hash of its content. */
async function files(at, prefix = '') {
  const found = {};
  for (const { name } of await readdir(at, { withFileTypes: true })) {
    const path = join(at, name);
    if ((await stat(path)).isDirectory()) Object.assign(found, await files(path, `${prefix}${name}/`));
    else found[prefix + name] = createHash('sha256').update(await readFile(path)).digest('hex');
  }
  return found;
}

/**
 * The container as compose.yaml has it, on a terminal. `answers` are typed when their question is
 * shown.
 */
async function user(answers) {
  const { services: { setup } } = await resolved(['compose.yaml'], { profiles: ['setup'] });
  const flags = [
    '--rm', '--interactive', '--tty', '--init', '--read-only', '--cap-drop=ALL', ...setup.cap_add.map((one) => `--cap-add=${one}`),
    `--network=${setup.network_mode}`, `--user=${setup.user}`, `--volume=${project}:${setup.working_dir}`, `--workdir=${setup.working_dir}`,
    `--entrypoint=${setup.entrypoint[0]}`,
  ];
  const line = ['docker', 'run', ...flags, setup.image, ...setup.entrypoint.slice(1)].join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null']);
  let shown = '';
  const left = [...answers];
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, shown }));
    child.stdout.setEncoding('utf8').on('data', (text) => {
      shown += text;
      if (left.length && left[0].after.test(shown)) child.stdin.write(`${left.shift().type}\n`);
    });
  });
  return within(30, `setup ends; it shows ${shown}`, ended).finally(() => child.kill());
}

test('the token is never on the screen, and no file but .env and the secret is changed', { timeout: 60_000 }, async () => {
  const before = await files(project);
  const { code, shown } = await user([{ after: /1, 2, 3: $/, type: '2' }, { after: /hidden\): $/, type: TOKEN }]);
  assert.equal(code, 0, shown);
  assert.match(shown, /1, 2, 3: 2/, 'an answer that is not secret has to be echoed: the terminal is a real one');
  assert.ok(!shown.includes(TOKEN) && !shown.includes(TOKEN.slice(0, 8)), 'the token is shown');
  const now = await files(project);
  const changed = Object.keys({ ...before, ...now }).filter((name) => before[name] !== now[name]).sort();
  assert.deepEqual(changed, ['.env', 'secrets/ngrok_authtoken']);
  assert.equal((await readFile(join(project, 'secrets/ngrok_authtoken'), 'utf8')).trim(), TOKEN);
  assert.equal((await stat(join(project, 'secrets/ngrok_authtoken'))).mode & 0o777, 0o600);
  assert.ok(!(await readFile(join(project, '.env'), 'utf8')).includes(TOKEN));
});

test('a wrong token is not shown either, and changes nothing', { timeout: 60_000 }, async () => {
  const before = await files(project);
  const wrong = 'this is-no token 4711';
  const { code, shown } = await user([{ after: /1, 2, 3: $/, type: '2' }, { after: /hidden\): $/, type: wrong }]);
  assert.equal(code, 78, shown);
  assert.ok(!shown.includes('4711'), shown);
  assert.deepEqual(await files(project), before);
});
