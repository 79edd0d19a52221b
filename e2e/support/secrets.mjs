// What a person puts into `secrets/`, for as long as a test needs it.
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository, run } from './process.mjs';

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

  /** Where everybody who may ask the engine, or see this machine's processes, reads one of these texts. */
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

  /** What was written goes. */
  async areAsBefore() {
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
