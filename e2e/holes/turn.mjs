// coturn on the internet between the routers, as a user runs one: a shared secret, and no way to private addresses.
import { createHmac, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { start } from './home.mjs';
import { inside, STUN } from './network.mjs';

const PORT = 3479;
const secret = randomBytes(24).toString('hex');

const CONFIG = [
  `listening-ip=${STUN}`, `relay-ip=${STUN}`, `listening-port=${PORT}`, 'realm=turn.example', 'use-auth-secret', `static-auth-secret=${secret}`,
  'no-tls', 'no-dtls', 'no-cli', 'no-tcp-relay', 'log-file=stdout', 'simple-log', 'min-port=40000', 'max-port=40100',
  'denied-peer-ip=10.0.0.0-10.255.255.255', 'denied-peer-ip=172.16.0.0-172.31.255.255', 'denied-peer-ip=192.168.0.0-192.168.255.255',
].join('\n');

/** Starts the server. Returns what ends it. */
export async function startTurn(folder) {
  const config = join(folder, 'turnserver.conf');
  await writeFile(config, CONFIG);
  return start([...inside('switch'), 'turnserver', '-c', config, '--pidfile', join(folder, 'turnserver.pid')], { ready: /Total General servers/ });
}

/** What `join` answers for this server, with its URL of one transport. */
export function iceServers(transport) {
  const username = `${Math.floor(Date.now() / 1000) + 3_600}:phone`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  return [{ urls: [`turn:${STUN}:${PORT}?transport=${transport}`], username, credential }];
}
