// What holds in every Dockerfile, read from the files; nothing is built.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository, run } from '../support/process.mjs';

const read = (name) => readFile(join(repository, name), 'utf8');
const tracked = async (...patterns) => (await run('git', ['ls-files', ...patterns])).stdout.trim().split('\n');

test('no Dockerfile is bound to one architecture', async () => {
  const names = await tracked('*Dockerfile');
  assert.ok(names.includes('sidecar/Dockerfile') && names.length > 10, `${names}`);
  for (const name of names) assert.doesNotMatch(await read(name), /x86|amd64|--platform=linux|aarch64|arm64/, name);
});

// Two platforms that share compiled files would take each other's.
test('compiled files are cached for each platform', async () => {
  const mounts = (await read('sidecar/Dockerfile')).match(/--mount=\S+target\b\S*/g).filter((mount) => mount.includes('/build/target'));
  assert.ok(mounts.length > 0);
  for (const mount of mounts) assert.match(mount, /id=[^,]*\$TARGETPLATFORM/);
});
