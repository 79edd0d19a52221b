// scripts/images with a dedicated Docker client, which records what is built.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { repository, run } from '../support/process.mjs';

const GO = 'sidelink-build/golang';
const PARENTS = ['debian:trixie-slim', 'sidelink-build/sid'];

/** Answers the three questions of scripts/images, and writes each image that it is asked to make into `made`. */
const DOCKER = `#!/usr/bin/env bash
case "$1 $2" in
  "image inspect") [[ " $HERE " == *" \${!#} "* ]] && echo published ;;
  "manifest inspect") [[ $REGISTRY == yes ]] ;;
  "build "*) while [[ $1 != --tag ]]; do shift; done; echo "\${@:2}" >>"$MADE" ;;
  "import "*) cat >/dev/null; echo "\${!#}" >>"$MADE" ;;
  *) echo "the test's docker has no $*" >&2; exit 1 ;;
esac
`;
const DONE = '#!/bin/sh\n';

let folder;

beforeEach(async () => {
  if (folder) await rm(folder, { recursive: true });
  folder = await mkdtemp(join(tmpdir(), 'sidelink-images-'));
  for (const [name, text] of Object.entries({ docker: DOCKER, mmdebstrap: DONE, dpkg: DONE, 'apt-get': DONE })) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
});
after(() => rm(folder, { recursive: true, force: true }));

/** The images that it builds, in their order, each with the arguments that follow its tag. */
async function builds({ registry, here = [], args = [] }) {
  const made = join(folder, 'made');
  await writeFile(made, '');
  const env = { PATH: `${folder}:${process.env.PATH}`, XDG_CACHE_HOME: folder, HERE: here.join(' '), REGISTRY: registry ? 'yes' : 'no', MADE: made };
  await run(join(repository, 'scripts/images'), args, { env });
  return (await readFile(made, 'utf8')).trim().split('\n').filter(Boolean);
}

test('where a registry answers, only the Go image is built, from a published Debian', async () => {
  assert.deepEqual(await builds({ registry: true }),
    [`${GO} --build-context ${PARENTS[1]}=docker-image://buildpack-deps:sid-curl stand-ins/images/golang`]);
});

test('where a registry answers, nothing is built for the stack alone, or where the Go image exists', async () => {
  assert.deepEqual(await builds({ registry: true, args: ['stack'] }), []);
  assert.deepEqual(await builds({ registry: true, here: [GO] }), []);
});

test('where no registry answers, every missing image is built, each after what it is made from', async () => {
  const tags = (await builds({ registry: false, here: ['redis:8.0.2'] })).map((line) => line.split(' ')[0]);
  assert.deepEqual(tags, [...PARENTS, 'rust:1.95-slim-trixie', 'node:24-trixie-slim', GO, 'caddy:2.11.9', 'livekit/livekit-server:v1.13.5']);
});

test('each image of compose.yaml and of the Dockerfiles that Debian has can be built without a registry', async () => {
  const tags = (await builds({ registry: false })).map((line) => line.split(' ')[0]);
  const texts = await Promise.all(['compose.yaml', 'sidecar/Dockerfile', 'app/Dockerfile', 'icecast/Dockerfile'].map((name) => readFile(join(repository, name), 'utf8')));
  const named = texts.flatMap((text) => [...text.matchAll(/^(?:FROM| *image:) ([a-z/-]+:[\w.-]+)/gm)].map(([, image]) => image));
  assert.ok(named.length >= 6, `${named}`);
  assert.deepEqual(named.filter((image) => !tags.includes(image) && !image.startsWith('cloudflare/')), []);
});
