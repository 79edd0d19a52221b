// The stand-in internet's own account of what happened in it.
import { ask } from './answers.mjs';

const CONTROL = 'http://198.51.100.53:9000';

export const internet = {
  tunnels: () => ask(`${CONTROL}/tunnels`),
  log: (kind) => ask(`${CONTROL}/log?kind=${kind}`),

  /** Unix milliseconds at which a public URL's tunnel registered. */
  async registration(publicUrl) {
    const { hostname } = new URL(publicUrl);
    const found = (await internet.log('registration')).find(({ name }) => name === hostname);
    if (!found) throw new Error(`${hostname} has not registered`);
    return Date.parse(found.time);
  },
};
