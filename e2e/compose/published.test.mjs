// With published images Compose pulls and builds nothing; the test's registry serves them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from '../support/process.mjs';
import { PROFILES, PUBLISHED, resolved, variants } from './files.mjs';
import { Project } from './project.mjs';
import { Registry } from './registry.mjs';

const OURS = ['sidecar', 'app', 'icecast'];
/** The relay's images are built where the variant is used. */
const BUILT_HERE = ['relay', 'coturn', 'bore', 'publisher'];
const LOCAL = 'sidelink/sidecar:0.1.0';
const others = variants().map(([, ...files]) => files).filter(([file, ...more]) => file?.startsWith('compose/') && file !== PUBLISHED && more.length === 0);

const project = new Project('sidelink-e2e-published', ['compose.yaml', PUBLISHED]);
let registry, image, id;

const inspect = async (reference, format) => (await run('docker', ['inspect', '--format', format, reference], { fine: true })).stdout.trim();

before(async () => {
  await project.clone();
  // A build would fail.
  for (const file of ['sidecar/Dockerfile', 'app/Dockerfile', 'icecast/Dockerfile']) await project.writes(file, 'FROM scratch\nCOPY missing /\n');
  registry = await Registry.start();
  project.settings.SIDELINK_IMAGES = `${registry.host}/owner/sidelink`;
  image = `${project.settings.SIDELINK_IMAGES}/sidecar:0.1.0`;
  id = await registry.copy(LOCAL, 'owner/sidelink/sidecar:0.1.0', 'e2e=published');
});
after(async () => {
  await project.close();
  await registry?.close();
});

for (const files of [[], ...others]) {
  const name = ['compose.yaml', PUBLISHED, ...files].join(' + ');
  test(`${name}: nothing is built, and each image of this repository comes from the registry path`, async () => {
    const { services } = await resolved(['compose.yaml', PUBLISHED, ...files], { profiles: PROFILES });
    for (const [service, { build, image: from, pull_policy: policy }] of Object.entries(services)) {
      if (BUILT_HERE.includes(service)) continue;
      assert.equal(build, undefined, `${service} is built`);
      assert.doesNotMatch(from, /^sidelink\//, service);
      if (service === 'setup') assert.equal(policy, 'missing', service); // a user may run it before anything else
    }
    const pulled = Object.values(services).filter(({ pull_policy: policy }) => policy === 'missing').map(({ image: from }) => from);
    for (const { image: from } of Object.values(services)) {
      if (from.startsWith('registry.example.org/')) assert.ok(pulled.includes(from), `no service pulls ${from}`);
    }
  });
}

test('without the variant, every image of this repository is built and no registry is asked for it', async () => {
  const { services } = await resolved(['compose.yaml']);
  const ours = Object.values(services).filter(({ image: from }) => from.startsWith('sidelink/'));
  assert.ok(ours.every(({ pull_policy: policy }) => policy === 'never'));
  assert.deepEqual(OURS.filter((name) => !services[name].build), []);
  assert.deepEqual([...new Set(ours.map(({ image: from }) => from))].sort(), OURS.map((name) => `sidelink/${name}:0.1.0`).sort());
});

test('without a registry path Compose refuses the variant and names the setting', async () => {
  const { code, stderr } = await project.compose(['config', '--quiet'], { fine: true, env: { SIDELINK_IMAGES: '' } });
  assert.notEqual(code, 0);
  assert.match(stderr, /put the registry path into \.env, e\.g\. SIDELINK_IMAGES=/);
});

test('`docker compose up` pulls the sidecar and runs it, also with --build', async () => {
  assert.equal(await inspect(image, '{{.Id}}'), '', 'the image is here before the test');
  await project.compose(['up', '--detach', '--build', '--wait', 'sidecar']);
  assert.equal(await inspect(image, '{{.Id}}'), id);
  for (const service of ['init', 'sidecar']) {
    assert.equal(await inspect(await project.created(service), '{{.Image}}'), id, service);
  }
});

test('`docker compose pull` pulls it again', async () => {
  await project.compose(['down', '--timeout', '1']);
  await run('docker', ['image', 'rm', '--force', image]);
  await project.compose(['pull', '--quiet', 'sidecar']);
  assert.equal(await inspect(image, '{{.Id}}'), id);
});
