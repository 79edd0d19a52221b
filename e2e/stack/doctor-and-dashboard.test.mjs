// The doctor, its report without secrets, and the real sidecar's dashboard in a real browser.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bareBrowser } from '../support/browser.mjs';
import { run } from '../support/process.mjs';
import { compose, control, docker, local, row, stack, temporaryFolder } from '../support/stack.mjs';

const SHOTS = process.env.E2E_SHOTS;
let publicUrl, browser, remove;

before(async () => {
  ({ publicUrl } = await stack.isReady());
}, { timeout: 180_000 });
after(async () => {
  await browser?.close();
  await remove?.();
  await stack.up();
  await stack.isReady();
  await stack.close();
}, { timeout: 180_000 });

const authorization = async () => ({ authorization: `Bearer ${await stack.token()}` });

test('on a ready stack the doctor finds no problem, in the terminal and on its route', async () => {
  const { code, stdout, stderr } = await stack.trySidelink('doctor');
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^Sidelink \S+, .*: (no problems|works, with \d+ warnings?)\n/);
  for (const heading of ['This installation', 'The public URL, layer by layer', 'Services', 'Connection to the internet']) assert.ok(stdout.includes(heading), heading);
  assert.doesNotMatch(stdout, /✗/);
  const report = await (await fetch(`${control}/doctor`, { headers: await authorization() })).json();
  assert.deepEqual([report.running, report.ok], [true, true]);
  const text = await fetch(`${control}/doctor`, { headers: { ...(await authorization()), accept: 'text/plain' } });
  assert.match(await text.text(), /no problems|works, with/);
  assert.equal((await fetch(`${control}/doctor`)).status, 401);
});

test('the doctor names a stopped service with the next step, and exits with 69', { timeout: 60_000 }, async () => {
  await stack.stop('icecast');
  try {
    await stack.status((status) => row(status, 'icecast').state === 'broken');
    let code = 0, stdout;
    // The doctor may answer from a report that is up to five seconds old.
    for (const end = Date.now() + 10_000; code === 0 && Date.now() < end;) ({ code, stdout } = await stack.trySidelink('doctor'));
    assert.equal(code, 69, stdout);
    assert.match(stdout, /✗ icecast +stopped manually.*\n +→ .*docker compose start/);
  } finally {
    await stack.start('icecast');
    await stack.status(({ phase }) => phase === 'ready', { seconds: 60 });
  }
});

test('the bundle for a bug report holds no secret, token, link or address', { timeout: 120_000 }, async () => {
  const planted = `plant-${randomBytes(16).toString('hex')}`;
  const access = (await stack.sidelink('livekit-token', '--room', 'doctor', '--identity', 'doctor')).stdout.trim();
  // Through every path that leads into a log: the app's, the gateway's, LiveKit's.
  for (const path of [`/rtc/validate?access_token=${access}`, `/?token=${planted}`, `/api/e2e?access_token=${planted}`]) {
    await fetch(`${local}${path}`, { headers: { authorization: `Bearer ${planted}` } });
  }
  const line = `fetch failed: GET https://user:${planted}@example.org/?token=${planted} Authorization: Bearer ${access}`;
  await compose(['exec', '-T', 'app', 'node', '-e', "require('fs').writeFileSync('/proc/1/fd/2', process.argv[1] + '\\n')", line]);
  await stack.log('app', new RegExp(planted)); // the log holds it

  const folder = await temporaryFolder();
  const file = join(folder, 'report.tar.gz');
  const pack = await run('sh', ['-c', `docker compose exec -T sidecar sidelink doctor --bundle - > ${file}`], { env: { COMPOSE_FILE: process.env.COMPOSE_FILE || 'compose.yaml:stand-ins/compose.yaml' } });
  assert.equal(pack.code, 0, pack.stderr);
  await run('tar', ['-xzf', file, '-C', folder]);
  const { stdout: all } = await run('sh', ['-c', `rm ${file}; grep -rha '' ${folder}`]);
  const names = (await run('find', [folder, '-type', 'f'])).stdout;
  for (const part of ['versions.json', 'status.json', 'doctor.txt', '-app.log', '-livekit.log']) assert.ok(names.includes(part), names);
  assert.ok(all.includes('fetch failed'), 'the planted line is missing: the bundle has to hold it without the secret');
  const secrets = { planted, access, publicUrl: new URL(publicUrl).hostname, ...(await everySecret()) };
  const found = Object.entries(secrets).filter(([, secret]) => all.includes(secret)).map(([name]) => name);
  assert.deepEqual(found, []);
});

async function everySecret() {
  const listed = await docker('run', '--rm', '--network', 'none', '--user', '0:0', '--volume', 'sidelink_secrets-sidecar:/made:ro',
    '--entrypoint', 'sh', 'redis:8.0.2', '-c', 'cd /made && for f in *; do echo "$f $(cat "$f")"; done');
  const all = listed.split('\n').map((line) => line.split(' '));
  return Object.fromEntries(all.filter(([name]) => name !== 'instance')); // in every answer
}

test('a page of another origin, and another hostname, get neither status nor stream', async () => {
  const ask = (headers) => new Promise((resolve, reject) => {
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': randomBytes(16).toString('base64') };
    const asked = request(`${control}/status/ws`, { headers: { ...upgrade, ...headers } });
    asked.on('response', (answer) => { answer.resume(); resolve(answer.statusCode); });
    asked.on('upgrade', (answer, socket) => { socket.destroy(); resolve(answer.statusCode); });
    asked.on('error', reject).end();
  });
  const own = await authorization();
  assert.equal(await ask(own), 101);
  assert.equal(await ask({ ...own, origin: control }), 101);
  for (const headers of [{ origin: 'https://evil.example' }, { origin: local }, { host: 'evil.example' }, { host: 'rebind.evil.example:8788' }]) {
    const status = await ask({ ...own, ...headers });
    assert.ok([403, 421].includes(status), `${JSON.stringify(headers)}: ${status}`);
  }
  assert.equal(await ask({}), 401);
});

test('sidelink dashboard signs a browser in: verdict, a restart by its button, activity', { timeout: 180_000 }, async (t) => {
  ({ browser, remove } = await bareBrowser());
  const signsIn = async (options) => {
    const page = await (await browser.newContext({ reducedMotion: 'reduce', ...options })).newPage();
    const link = (await stack.sidelink('dashboard')).stdout.trim();
    assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/login\?code=[\w-]+$/);
    await page.goto(link);
    return { page, link };
  };
  const verdict = (page, text) => page.locator('#verdict-title', { hasText: text }).waitFor({ timeout: 30_000 });
  const shot = async (page, name) => {
    if (!SHOTS) return;
    await mkdir(SHOTS, { recursive: true });
    await writeFile(join(SHOTS, `${name}.png`), await page.screenshot({ fullPage: true }));
  };

  const { page, link } = await signsIn({ locale: 'en-US', viewport: { width: 360, height: 800 } });
  await verdict(page, 'The link works');
  assert.equal(await page.locator('#public-url').getAttribute('href'), publicUrl);
  await page.waitForFunction(() => document.querySelector('.qr')?.naturalWidth > 0);
  await shot(page, 'dashboard-phone-en');

  const from = stack.events().count;
  await page.getByRole('button', { name: 'Restart redis', exact: true }).click();
  await page.locator('#ask').getByText('Restart redis?').waitFor();
  await page.locator('#ask-yes').click();
  await stack.events().next('redis is restarted', ({ service, action }) => service === 'redis' && action === 'start', { from, seconds: 30 });
  await page.locator('#activity > li', { hasText: 'redis' }).first().waitFor({ timeout: 30_000 });
  await stack.status(({ phase }) => phase === 'ready', { seconds: 60 });
  await verdict(page, 'The link works');
  t.diagnostic((await page.locator('#activity > li').allInnerTexts()).slice(0, 4).join(' | '));

  const used = await browser.newContext();
  const again = await used.newPage();
  await again.goto(link);
  assert.ok(!(await again.content()).includes(new URL(publicUrl).hostname), 'a login link works once only');

  const { page: desk } = await signsIn({ locale: 'pt-BR', viewport: { width: 1280, height: 900 } });
  await verdict(desk, 'O link funciona');
  await shot(desk, 'dashboard-desk-pt');
});

test('while the stack is down the doctor reports that, with the next step', { timeout: 120_000 }, async () => {
  await stack.down();
  const { code, stdout, stderr } = await compose(['run', '--rm', '--no-deps', '-T', 'sidecar', 'doctor'], { fine: true });
  assert.equal(code, 69, stdout + stderr);
  assert.match(stdout, /✗ sidecar +the sidecar does not answer\n +→ docker compose up -d/);
  assert.match(stdout, /✓ secrets/);
});
