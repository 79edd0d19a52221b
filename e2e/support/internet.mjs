// The stand-in internet's own account of what happened in it.
import assert from 'node:assert/strict';
import { ask } from './answers.mjs';

const CONTROL = `http://${process.env.STAND_INS_INTERNET || '198.51.100'}.53:9000`;

async function tell(method, path, document) {
  const answer = await fetch(`${CONTROL}${path}`, { method, body: document && JSON.stringify(document) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
}

export const internet = {
  tunnels: () => ask(`${CONTROL}/tunnels`),
  log: (kind) => ask(`${CONTROL}/log?kind=${kind}`),
  forgetsLog: () => tell('DELETE', '/log'),

  /** Misbehaves as stand-ins/README.md says, until `isItself`. */
  switches: (some) => tell('PATCH', '/switches', some),
  isItself: () => tell('POST', '/reset'),

  /** Somebody else answers under a tunnel's name. */
  givesAway: (host, page) => tell('PUT', `/tunnels/${host}/takeover`, page),
  drops: (host) => tell('POST', `/tunnels/${host}/drop`),
  forgets: (host) => tell('POST', `/tunnels/${host}/forget`),

  /** What a resolver remembers of a name: `{ nxdomainSeconds }` or `{ address }`. */
  remembers: (resolver, host, what) => tell('PUT', `/resolvers/${resolver}/names/${host}`, what),

  /** The certificates that everybody here believes. */
  authorities: async () => (await fetch(`${CONTROL}/ca.pem`)).text(),

  /** Unix milliseconds at which a public URL's tunnel registered. */
  async registration(publicUrl) {
    const { hostname } = new URL(publicUrl);
    const found = (await internet.log('registration')).find(({ name }) => name === hostname);
    if (!found) throw new Error(`${hostname} has not registered`);
    return Date.parse(found.time);
  },
};
