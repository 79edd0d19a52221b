// Every set of Compose files that the repository offers: variants, examples, and the sample
// of docs/your-app.md to paste.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROFILES, resolved, variants } from '../compose/files.mjs';
import { repository } from '../support/process.mjs';

/** Not the usual path, so that a mount of it is recognized. */
export const SOCKET = '/run/elsewhere/engine.sock';

/** The first YAML of docs/your-app.md under "Your app in the app's place". */
export async function sample() {
  const page = await readFile(join(repository, 'docs/your-app.md'), 'utf8');
  const [, yaml] = /^## Your app in the app's place$.*?^```yaml\n(.*?)^```$/ms.exec(page) ?? [];
  if (!yaml?.includes('services:')) throw new Error('docs/your-app.md has no sample under "Your app in the app\'s place"');
  return yaml;
}

/** `{ name, services }` of every set, with each profile. `folder` takes the sample. */
export async function every(folder) {
  const pasted = join(folder, 'compose.override.yaml');
  await writeFile(pasted, await sample());
  const sets = [...variants(), ['compose.yaml', pasted]];
  return Promise.all(sets.map(async (files) => {
    const { services } = await resolved(files, { profiles: PROFILES, env: { DOCKER_SOCK: SOCKET } });
    return { name: files.map((file) => file.replace(`${folder}/`, 'docs/your-app.md: ')).join(' + '), services };
  }));
}
