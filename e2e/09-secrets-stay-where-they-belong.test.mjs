// Every secret is read out of its volume, and looked for where it must not be.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from './process.mjs';
import { container, docker, project, stack } from './stack.mjs';

// Who reads a volume; `sidecar` holds the originals.
const CONSUMERS = ['redis', 'livekit', 'icecast', 'silence', 'app', 'gateway', 'sidecar'];
const PUBLIC = 'instance'; // in every answer's X-Sidelink-Instance

let files, secrets;

before(async () => {
  await stack.isReady();
  files = await readVolumes();
  secrets = new Map(files
    .filter(({ consumer, name }) => consumer === 'sidecar' && name !== PUBLIC)
    .map(({ name, content }) => [name, content.trim()]));
}, { timeout: 180_000 });
after(() => stack.close());

test('there are secrets, each long enough to be one', () => {
  assert.ok(secrets.size >= 7, [...secrets.keys()].join(', '));
  for (const [name, secret] of secrets) assert.match(secret, /^[0-9a-f]{16,}$/, name);
});

test('each file has mode 0400 and the uid of the program that reads it', async () => {
  for (const consumer of CONSUMERS) {
    const uid = await uidOf(consumer);
    const own = files.filter((file) => file.consumer === consumer);
    assert.notEqual(own.length, 0, consumer);
    for (const { name, mode, owner } of own) assert.deepEqual([mode, owner], ['400', uid], `${consumer}/${name}`);
  }
});

test('each consumer has what it needs and no more', () => {
  const holders = (name) => files.filter(({ consumer, content }) => consumer !== 'sidecar' && content.includes(secrets.get(name))).map(({ consumer }) => consumer);
  const expected = {
    'control-token': ['app'], 'livekit-key': ['livekit'], 'livekit-secret': ['livekit'], 'redis-password': ['redis'],
    'icecast-admin-password': ['icecast'], 'icecast-source-password': ['icecast', 'silence'], 'icecast-relay-password': ['icecast'],
  };
  for (const name of secrets.keys()) assert.deepEqual([...new Set(holders(name))].sort(), expected[name], name);
});

test('no secret in what the engine tells of containers and images', async () => {
  const containers = await stack.containers();
  const images = [...new Set(containers.map(({ Image }) => Image))];
  for (const each of containers) hasNoSecret(JSON.stringify(each), `docker inspect ${each.Name}`);
  hasNoSecret(await docker('image', 'inspect', ...images), 'docker image inspect');
  for (const image of images) hasNoSecret(await docker('history', '--no-trunc', image), `docker history ${image}`);
});

test('no secret in any log', async () => {
  for (const { Name } of await stack.containers()) {
    const { stdout, stderr } = await run('docker', ['logs', Name.slice(1)]);
    hasNoSecret(stdout + stderr, `docker logs ${Name}`);
  }
});

test('no secret in the repository', async () => {
  const patterns = [...secrets.values()].join('\n');
  const { code, stdout } = await run('git', ['grep', '--fixed-strings', '--files-with-matches', '-f', '-'], { input: patterns, fine: true });
  assert.deepEqual([code, stdout], [1, ''], 'files of the repository hold secrets');
});

/** Says whose secret it is, never the secret. */
function hasNoSecret(text, where) {
  const found = [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name);
  assert.deepEqual(found, [], `in ${where}`);
}

async function readVolumes() {
  const mounts = CONSUMERS.flatMap((consumer) => ['--volume', `${project}_secrets-${consumer}:/made/${consumer}:ro`]);
  const script = 'cd /made && find . -type f | while read -r f; do echo "$f $(stat -c "%a %u" "$f") $(base64 -w0 "$f")"; done';
  const listed = await docker('run', '--rm', '--network', 'none', '--user', '0:0', ...mounts, '--entrypoint', 'sh', 'redis:8.0', '-c', script);
  return listed.split('\n').map((line) => {
    const [path, mode, owner, content] = line.split(' ');
    const [, consumer, name] = path.split('/');
    return { consumer, name, mode, owner, content: Buffer.from(content, 'base64').toString() };
  });
}

/** Of its processes, as the kernel sees them. */
async function uidOf(service) {
  const [, ...uids] = (await docker('top', container(service), '-eo', 'pid,uid')).split('\n').map((line) => line.trim().split(/\s+/)[1]);
  assert.equal(new Set(uids).size, 1, `${service} runs as ${uids}`);
  return uids[0];
}
