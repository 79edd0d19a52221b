// Files that a user puts into `secrets/`, for as long as a test needs them.
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository, run } from './process.mjs';

const written = new Set();
const place = (name) => join(repository, 'secrets', name);

export const secrets = {
  /** Writes a file, and never overwrites one that the user made. */
  async holds(name, content) {
    const there = await stat(place(name)).then(() => true, () => false);
    if (there && !written.has(name)) throw new Error(`secrets/${name} exists already, and no test wrote it`);
    written.add(name);
    await writeFile(place(name), `${content}\n`, { mode: 0o600 });
  },

  /**
   * The places in which a user of the engine or of this machine's process list can read one of
   * these texts.
   */
  async placesOf(texts, containers) {
    const holds = (shown) => texts.some((text) => shown.includes(text));
    const places = [];
    for (const each of containers) {
      const { Id: id, service, State: { Running: runs } } = each;
      if (holds(JSON.stringify(each))) places.push(`docker inspect ${service}`);
      const log = await run('docker', ['logs', id]);
      if (holds(log.stdout + log.stderr)) places.push(`docker logs ${service}`);
      if (runs && (await argumentsIn(id)).some(holds)) places.push(`an argument in ${service}`);
    }
    return places;
  },

  /** Removes what was written. */
  async restore() {
    for (const name of written) await rm(place(name), { force: true });
    written.clear();
  },
};

// /proc has arguments whole, `docker top` may cut them.
async function argumentsIn(id) {
  const { stdout } = await run('docker', ['top', id, '-eo', 'pid']);
  const pids = stdout.trim().split('\n').slice(1);
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid.trim()}/cmdline`, 'utf8').catch(() => ''))); // it may have ended
}
