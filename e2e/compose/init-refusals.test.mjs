// `init` refuses settings that cannot work, with 78 and the reason, before anything else starts.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Project } from './project.mjs';

const sh = promisify(execFile);
const REFUSED = 78;

const project = new Project('sidelink-e2e-init', ['compose.yaml', 'compose/public-url.yaml'], { PUBLIC_URL: 'https://my.example.net' });
before(() => project.clone());
after(() => project.close());

for (const [url, reason] of [
  ['https://my.example.net:8443', /a port cannot be used/],
  ['https://my.example.net/radio', /a path cannot be used/],
  ['http://my.example.net', /the public URL is https/],
  ['https://me:secret@my.example.net', /a password cannot be part of it/],
  ['https://192.0.2.7', /an IP address/],
  ['https://my.example.net.', /a dot at the end/],
]) {
  test(`PUBLIC_URL=${url} is refused`, async () => {
    const { code, output } = await project.init({ PUBLIC_URL: url });
    assert.equal(code, REFUSED, output);
    assert.match(output, /PUBLIC_URL is /);
    assert.match(output, reason);
  });
}

for (const url of ['https://my.example.net', 'https://my.example.net/', 'my.example.net']) {
  test(`PUBLIC_URL=${url} is accepted`, async () => {
    const { code, output } = await project.init({ PUBLIC_URL: url });
    assert.equal(code, 0, output);
  });
}

test('a domain with https:// before it is refused', async () => {
  const domain = new Project(project.name, ['compose.yaml', 'compose/domain.yaml'], { SIDELINK_DOMAIN: 'https://home.example.org' });
  domain.folder = project.folder;
  const { code, output } = await domain.init();
  await domain.compose(['down', '--volumes']);
  assert.equal(code, REFUSED, output);
  assert.match(output, /SIDELINK_DOMAIN is .*without https/);
});

test('an invalid media port is refused, a valid one reaches LiveKit', async () => {
  const { code, output } = await project.init({ SIDELINK_MEDIA_TCP_PORT: '7991', SIDELINK_MEDIA_UDP_PORT: '7992' });
  assert.equal(code, 0, output);
  const { stdout } = await sh('docker', ['run', '--rm', '--network', 'none', '--user', '0:0', '--volume', `${project.name}_secrets-livekit:/s:ro`,
    '--entrypoint', 'cat', 'redis:8.0.2', '/s/livekit.yaml']);
  assert.match(stdout, /tcp_port: 7991\n\s+udp_port: 7992\n/);
});

test('a clone under umask 077: the error names a command that fixes it', async () => {
  const closed = new Project('sidelink-e2e-umask', ['compose.yaml', 'compose/domain.yaml'], { SIDELINK_DOMAIN: 'home.example.org' });
  try {
    const folder = await closed.clone('sidelink', '077');
    const { code, output } = await closed.init();
    assert.equal(code, REFUSED, output);
    assert.match(output, /the containers cannot read /);
    const [, command] = /Run: (chmod -R a\+rX (?:(?:cloudflared|config|domain|gateway) ?){4})/.exec(output) ?? [];
    assert.ok(command, output);
    await sh('bash', ['-c', command], { cwd: folder });
    assert.deepEqual(await closed.init(), { code: 0, output: '' });
  } finally {
    await closed.close();
  }
});
