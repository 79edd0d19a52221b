// scripts/pin against the test's own registry: Compose pulls what it writes, and it reports a
// changed tag.
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from '../support/process.mjs';
import { PROFILES, PUBLISHED, resolved, SETTINGS, variants } from './files.mjs';
import { Project } from './project.mjs';
import { Registry } from './registry.mjs';

const PINNED = 'compose/pinned.yaml';
const SAME = 0;
const MOVED = 1;
const UNREADABLE = 2;

const project = new Project('sidelink-e2e-pin');
const digests = {}; // by image, as compose.yaml writes it
let registry;

/** Docker Hub's own images are in `library/` there. */
const there = (image) => `${image.includes('/') ? '' : 'library/'}${image}`;
const pinnedTo = (image) => `${registry.host}/${there(image)}@${digests[image]}`;

const pin = (args = [], { files = ['compose.yaml'], host = registry.host, env = {} } = {}) =>
  run(join(project.folder, 'scripts/pin'), args, {
    cwd: project.folder, fine: true, env: { ...SETTINGS, ...env, SIDELINK_REGISTRY: host, COMPOSE_FILE: files.join(':'), COMPOSE_PATH_SEPARATOR: ':' },
  });

const config = (files) => resolved(files, { profiles: PROFILES, folder: project.folder });
const pinnedText = () => readFile(join(project.folder, PINNED), 'utf8');

/** The images of this repository that come from a registry, read from Compose. */
async function fromRegistries() {
  const files = ['compose.yaml', 'compose/tunnel-named.yaml', 'compose/tunnel-ngrok.yaml', 'compose/domain.yaml'];
  const { services } = await config(files);
  return [...new Set(Object.values(services).map(({ image }) => image))].filter((image) => !image.startsWith('sidelink/'));
}

before(async () => {
  await project.clone();
  await rm(join(project.folder, PINNED), { force: true });
  registry = await Registry.start();
  for (const image of await fromRegistries()) digests[image] = await registry.push(there(image), image);
});
after(async () => {
  await registry?.close();
  await project.close();
});

for (const files of variants().filter((files) => !files.some((file) => file.startsWith('stand-ins/') || file === PUBLISHED))) {
  test(`${files.join(' + ')}: each image of a registry has its digest, and nothing else changes`, async () => {
    const { code, stderr } = await pin([], { files });
    assert.equal(code, 0, stderr);
    assert.ok(stderr.includes(`COMPOSE_FILE=${files.join(':')}:${PINNED}`), stderr);
    const expected = await config(files);
    let pinned = 0;
    for (const service of Object.values(expected.services)) {
      if (service.image.startsWith('sidelink/')) continue;
      service.image = pinnedTo(service.image);
      pinned += 1;
    }
    assert.ok(pinned >= 3, 'redis, the gateway and a tunnel at least');
    assert.deepEqual(await config([...files, PINNED]), expected);
  });
}

test('an image that only the user’s files name is left alone', async () => {
  await project.writes('compose.override.yaml', 'services: { app: { image: "my-app:latest" }, redis: { image: "valkey/valkey:8" } }\n');
  const { code, stderr } = await pin([], { files: ['compose.yaml', 'compose.override.yaml'] });
  await rm(join(project.folder, 'compose.override.yaml'));
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(await pinnedText(), /my-app|valkey|redis/);
});

test('with published images, these are pinned too', async () => {
  const files = ['compose.yaml', PUBLISHED];
  const images = { SIDELINK_IMAGES: `${registry.host}/owner/sidelink` };
  const published = {};
  for (const name of ['sidecar', 'app', 'icecast']) published[name] = await registry.push(`owner/sidelink/${name}:0.1.0`, name);
  const { code, stderr } = await pin([], { files, env: images });
  assert.equal(code, 0, stderr);
  const { services } = await resolved([...files, PINNED], { profiles: PROFILES, folder: project.folder, env: images });
  for (const [service, name] of Object.entries({ init: 'sidecar', sidecar: 'sidecar', app: 'app', silence: 'icecast' })) {
    assert.equal(services[service].image, `${images.SIDELINK_IMAGES}/${name}:0.1.0@${published[name]}`);
  }
  assert.equal(services.gateway.image, pinnedTo('caddy:2.11.9'));
});

test('for an image of several platforms the index is pinned', async () => {
  const { index, platform } = await registry.wrap(there('caddy:2.11.9'));
  assert.notEqual(index, platform);
  digests['caddy:2.11.9'] = index;
  assert.equal((await pin()).code, 0);
  const { services } = await config(['compose.yaml', PINNED]);
  assert.equal(services.gateway.image, pinnedTo('caddy:2.11.9'));
});

test('--check reports that no tag has changed, also where the chosen files include the pinned one', async () => {
  for (const files of [['compose.yaml'], ['compose.yaml', PINNED]]) {
    const { code, stderr } = await pin(['--check'], { files });
    assert.equal(code, SAME, stderr);
    assert.match(stderr, /No tag has moved: 4 images/);
  }
});

test('--check names the changed tag, and Compose pulls what was pinned', async () => {
  const before = digests['redis:8.0.2'];
  const now = await registry.push(there('redis:8.0.2'), 'another build');
  const written = await pinnedText();
  const { code, stderr } = await pin(['--check']);
  assert.equal(code, MOVED, stderr);
  assert.match(stderr, new RegExp(`^${registry.host}/library/redis:8.0.2 has moved: pinned ${before} now ${now}$`, 'm'));
  assert.equal(stderr.match(/has moved/g).length, 1, stderr);
  assert.equal(await pinnedText(), written);

  const reference = `${registry.host}/library/redis@${before}`;
  const forget = () => run('docker', ['image', 'rm', '--force', reference]);
  const isHere = async () => (await run('docker', ['image', 'inspect', '--format', '{{json .RepoDigests}}', reference], { fine: true })).stdout.includes(before);
  await forget();
  assert.ok(!(await isHere()));
  project.files = ['compose.yaml', PINNED];
  await project.compose(['pull', '--quiet', 'redis']);
  assert.ok(await isHere());
  await forget();

  digests['redis:8.0.2'] = now;
  assert.equal((await pin()).code, 0);
  assert.equal((await pin(['--check'])).code, SAME);
});

test('--check names where the chosen files have another tag or another service', async () => {
  const file = join(project.folder, 'compose.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('redis:8.0.2', 'redis:8.0.3'));
  const { code, stderr } = await pin(['--check'], { files: ['compose.yaml', 'compose/tunnel-ngrok.yaml'] });
  await writeFile(file, text);
  assert.equal(code, MOVED, stderr);
  for (const line of [/has redis with \S+redis:8\.0\.2, which/, /lacks redis with \S+redis:8\.0\.3$/m, /lacks ngrok with \S+ngrok:/]) assert.match(stderr, line);
});

test('an image that the registry does not have is named, and nothing is written', async () => {
  const written = await pinnedText();
  const file = join(project.folder, 'compose.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('redis:8.0.2', 'redis:8.9.9'));
  const { code, stderr } = await pin();
  await writeFile(file, text);
  assert.equal(code, UNREADABLE, stderr);
  assert.match(stderr, new RegExp(`^The registry has no ${registry.host}/library/redis:8.9.9\\.$`, 'm'));
  assert.equal(await pinnedText(), written);
});

test('a registry that does not answer is named, and nothing is written', async () => {
  const written = await pinnedText();
  await registry.close();
  for (const args of [[], ['--check']]) {
    const { code, stderr } = await pin(args);
    assert.equal(code, UNREADABLE, stderr);
    assert.match(stderr, /^No registry answers for localhost:/m);
    assert.match(stderr, /set SIDELINK_REGISTRY to a mirror that answers/);
    assert.ok(stderr.split('\n').length <= 3, stderr);
  }
  assert.equal(await pinnedText(), written);
  await rm(join(project.folder, PINNED));
  const { code, stderr } = await pin(['--check']);
  assert.equal(code, UNREADABLE);
  assert.match(stderr, /There is no compose\/pinned\.yaml\.\nWrite it: scripts\/pin/);
});
