// The images that the apps run in: the suite builds them from the files beside this one.
import { run } from '../support/process.mjs';

const HERE = 'e2e/apps';

const IMAGES = [
  { tag: 'sidelink/e2e-apps-debian:0.1.0', file: `${HERE}/images/debian/Dockerfile`, context: HERE },
  { tag: 'sidelink/e2e-apps-node:0.1.0', file: `${HERE}/images/node/Dockerfile`, context: HERE },
  { tag: 'sidelink/e2e-apps-scratch:0.1.0', file: `${HERE}/scratch/Dockerfile`, context: `${HERE}/scratch` },
];

/** Builds them; it takes seconds where the layers exist. */
export async function images() {
  for (const { tag, file, context } of IMAGES) {
    await run('docker', ['build', '--quiet', '--tag', tag, '--file', file, context]);
  }
}
