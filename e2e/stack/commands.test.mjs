// The commands that users type, and their output when something is wrong.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from '../support/process.mjs';
import { stack } from '../support/stack.mjs';

const IMAGE = 'sidelink/sidecar:0.1.0';
let publicUrl;

before(async () => {
  ({ publicUrl } = await stack.isReady());
}, { timeout: 180_000 });
after(async () => {
  await stack.isReady();
  await stack.close();
}, { timeout: 180_000 });

test('url prints the public URL and nothing else', async () => {
  assert.equal((await stack.sidelink('url')).stdout, `${publicUrl}\n`);
});

test('url --qr adds the QR code', async () => {
  const { stdout } = await stack.sidelink('url', '--qr');
  assert.ok(stdout.startsWith(`${publicUrl}\n`));
  assert.match(stdout, /(?:[█▀▄ ]{20,}\n){10,}/);
});

test('url --json and status --json are JSON', async () => {
  const url = JSON.parse((await stack.sidelink('url', '--json')).stdout);
  assert.deepEqual([url.url, url.phase], [publicUrl, 'ready']);
  assert.ok(Date.parse(url.verifiedAt) > 0);
  const status = JSON.parse((await stack.sidelink('status', '--json')).stdout);
  assert.deepEqual([status.phase, status.publicUrl, status.standIn], ['ready', publicUrl, true]);
});

test('status has a row for each layer and each service', async () => {
  const { stdout } = await stack.sidelink('status');
  const status = await stack.statusNow();
  const names = [...status.layers.map(({ layer }) => layer), ...status.services.map(({ name }) => name)];
  for (const name of names) assert.match(stdout, new RegExp(`^  ✓ ${name} +ok `, 'm'), name);
  assert.match(stdout, new RegExp(`^ready  ${publicUrl}, verified \\d+ s ago\n`));
});

test('wait returns at once when ready, and names what is awaited when the time is over', { timeout: 90_000 }, async () => {
  assert.equal((await stack.trySidelink('wait', '--timeout', '20s')).code, 0);
  await stack.stop('icecast');
  try {
    await stack.status(({ phase }) => phase === 'degraded');
    const { code, stdout, stderr } = await stack.trySidelink('wait', '--timeout', '1s');
    assert.equal(code, 75);
    assert.equal((await stack.sidelink('url')).stdout, `${publicUrl}\n`, 'icecast is not needed for the page');
    assert.match(stdout + stderr, /not ready after 1 s: waiting for icecast, \d+ s: icecast: stopped manually/);
  } finally {
    await stack.start('icecast');
    await stack.status(({ phase }) => phase === 'ready');
  }
});

for (const args of [['statsu'], ['url', '--qrr'], ['wait', '--timeout', 'soon'], ['url', '--qr', '--json'], []]) {
  test(`a typing mistake exits with 64: sidelink ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await stack.trySidelink(...args);
    assert.equal(code, 64, stdout + stderr);
    assert.match(stdout + stderr, /Usage: |possible values|invalid value/);
  });
}

const CONFIG_ERRORS = [
  ['an invalid port', ['SIDELINK_PORT=eighty'], /SIDELINK_PORT is "eighty": use a port/],
  ['port 0', ['SIDELINK_PORT=0'], /SIDELINK_PORT is 0: use a port/],
  ['an unknown setting', ['SIDELINK_LAGN=pt'], /SIDELINK_LAGN is not a setting of Sidelink: use one of .*SIDELINK_LANG/],
  ['no secrets', [], /cannot read \/secrets\/instance: the service `init` generates it; see `docker compose logs init`/],
];
for (const [what, variables, message] of CONFIG_ERRORS) {
  test(`serve with ${what} exits with 78 and one message`, async () => {
    const { code, stdout, stderr } = await serves(variables);
    assert.equal(code, 78, stdout + stderr);
    assert.match(stderr, message);
    assert.equal((stdout + stderr).trim().split('\n').length, 1, stdout + stderr);
    assert.doesNotMatch(stdout + stderr, /panicked|RUST_BACKTRACE/);
  });
}

test('serve with three errors names all three', async () => {
  const { code, stderr } = await serves(['SIDELINK_PORT=eighty', 'SIDELINK_LAGN=pt', 'DOCKER_HOST=docker:2375']);
  assert.equal(code, 78);
  for (const name of ['SIDELINK_PORT', 'SIDELINK_LAGN', 'DOCKER_HOST']) assert.ok(stderr.includes(`${name} is `), stderr);
});

test('without a sidecar, url names the next step', async () => {
  const { code, stderr } = await inImage([], 'url');
  assert.equal(code, 69);
  assert.match(stderr, /the sidecar does not answer at .*docker compose up/);
});

const serves = (variables) => inImage(variables, 'serve');
const inImage = (variables, ...args) =>
  run('docker', ['run', '--rm', '--network', 'none', ...variables.flatMap((variable) => ['--env', variable]), IMAGE, ...args], { fine: true });
