// What a person puts into `secrets/`, for as long as a test needs it.
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from './process.mjs';

const written = new Set();
const place = (name) => join(repository, 'secrets', name);

export const secrets = {
  /** Never over a file that is somebody's own. */
  async holds(name, content) {
    const there = await stat(place(name)).then(() => true, () => false);
    if (there && !written.has(name)) throw new Error(`secrets/${name} is there already, and is not a test's`);
    written.add(name);
    await writeFile(place(name), `${content}\n`, { mode: 0o600 });
  },

  /** What was written goes. */
  async areAsBefore() {
    for (const name of written) await rm(place(name), { force: true });
    written.clear();
  },
};
