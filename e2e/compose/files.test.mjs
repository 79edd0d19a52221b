// Rules for every variant of the Compose files, as Compose resolves them; nothing is started.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/process.mjs';
import { PROFILES, resolved, variants } from './files.mjs';

/**
 * Variables that Docker's client configuration puts into a container, unless the container sets
 * them.
 */
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy'];

/** Three numbers or Cloudflare's date; `sidelink/` is built from this folder. */
const EXACT = /^(sidelink\/.*:\d+(\.\d+)*|[^:]+:v?\d+\.\d+\.\d+(-[a-z0-9.]+)?)(@sha256:[0-9a-f]{64})?$/;

test('the watcher of the address exists where LiveKit is in the stack, and another HOST_IP recreates LiveKit', async () => {
  const host = async (ip, files = ['compose.yaml']) => {
    const { services } = await resolved(files, { env: { HOST_IP: ip } });
    return [services['host-ip'].scale ?? 1, services.livekit.environment.HOST_IP];
  };
  assert.deepEqual(await host(''), [1, '']);
  assert.deepEqual(await host('192.168.1.20'), [1, '192.168.1.20']);
  const [outside] = await host('192.168.1.20', ['compose.yaml', 'compose/livekit-on-host.yaml']);
  assert.equal(outside, 0, 'LiveKit outside Docker has its own configuration');
});

test('docs/your-app.md lists every service name of compose.yaml as taken', async () => {
  const page = await readFile(join(repository, 'docs/your-app.md'), 'utf8');
  const [, sentence] = /^Taken names are ([^:]+):/m.exec(page);
  const { services } = await resolved(['compose.yaml'], { profiles: PROFILES });
  assert.deepEqual([...sentence.matchAll(/`([^`]+)`/g)].map(([, name]) => name).sort(), Object.keys(services).sort());
});

for (const files of variants()) {
  const name = files.join(' + ');

  test(`${name}: no service takes a proxy from Docker's client configuration`, async () => {
    const { services } = await resolved(files, { profiles: PROFILES });
    for (const [service, { environment = {} }] of Object.entries(services)) {
      for (const key of PROXIES) assert.equal(environment[key], '', `${service} has no empty ${key}`);
    }
  });

  // `up --wait` treats an ended container as a failure, unless another service waits for its end.
  for (const profiles of [[], ['quick']]) {
    test(`${name}, profiles [${profiles}]: another service waits for each one that ends`, async () => {
      const { services } = await resolved(files, { profiles });
      const awaited = Object.values(services).flatMap(({ depends_on = {} }) =>
        Object.entries(depends_on).filter(([, { condition }]) => condition === 'service_completed_successfully').map(([service]) => service));
      const ends = Object.entries(services).filter(([, { command }]) => ['init', 'wait'].includes(command?.[0])).map(([service]) => service);
      assert.ok(ends.includes('init'));
      assert.deepEqual(ends.filter((service) => !awaited.includes(service)), []);
    });
  }

  test(`${name}: every image has an exact tag`, async () => {
    const { services } = await resolved(files, { profiles: PROFILES });
    for (const [service, { image }] of Object.entries(services)) assert.match(image, EXACT, service);
  });

  // A changed mount recreates a container: another clone's `up` would replace running ones before
  // `init` can refuse.
  test(`${name}: only init and setup mount paths of this folder directly`, async () => {
    const { services } = await resolved(files, { profiles: PROFILES });
    const here = ({ type, source }) => type === 'bind' && !source.endsWith('docker.sock');
    const mounts = Object.entries(services).filter(([, { volumes = [] }]) => volumes.some(here)).map(([service]) => service);
    assert.deepEqual(mounts.filter((service) => !['init', 'setup'].includes(service)), []);
  });
}
