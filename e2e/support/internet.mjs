// The stand-in internet's control port: its log, its switches, its certificates.
import assert from 'node:assert/strict';
import { ask } from './answers.mjs';

const CONTROL = `http://${process.env.STAND_INS_INTERNET || '198.51.100'}.53:9000`;

async function send(method, path, document) {
  const answer = await fetch(`${CONTROL}${path}`, { method, body: document && JSON.stringify(document) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
}

export const internet = {
  tunnels: () => ask(`${CONTROL}/tunnels`),
  log: (kind) => ask(`${CONTROL}/log?kind=${kind}`),
  forgetsLog: () => send('DELETE', '/log'),

  /** Switches faults of stand-ins/README.md on, until `reset`. */
  switches: (some) => send('PATCH', '/switches', some),
  reset: () => send('POST', '/reset'),

  /** Another server answers under a tunnel's hostname. */
  takeOver: (host, page) => send('PUT', `/tunnels/${host}/takeover`, page),
  drops: (host) => send('POST', `/tunnels/${host}/drop`),
  forgets: (host) => send('POST', `/tunnels/${host}/forget`),

  /** Puts a name into a resolver's cache: `{ nxdomainSeconds }` or `{ address }`. */
  remembers: (resolver, host, what) => send('PUT', `/resolvers/${resolver}/names/${host}`, what),

  /** The certificates that this internet trusts. */
  authorities: async () => (await fetch(`${CONTROL}/ca.pem`)).text(),

  /** Unix milliseconds at which a public URL's tunnel registered. */
  async registration(publicUrl) {
    const { hostname } = new URL(publicUrl);
    const found = (await internet.log('registration')).find(({ name }) => name === hostname);
    if (!found) throw new Error(`${hostname} has not registered`);
    return Date.parse(found.time);
  },
};
