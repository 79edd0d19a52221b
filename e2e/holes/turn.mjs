// coturn on the internet between the routers, as a user runs one: a shared secret, and no way to private addresses.
import { createHmac, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/process.mjs';
import { docker } from '../support/stack.mjs';
import { start } from './home.mjs';
import { TURN } from './network.mjs';

const IMAGE = 'sidelink/relay:0.1.0'; // the stack's own coturn
const secret = randomBytes(24).toString('hex');

const CONFIG = [
  `listening-ip=${TURN}`, `relay-ip=${TURN}`, 'realm=turn.example', 'use-auth-secret', `static-auth-secret=${secret}`, 'no-tls', 'no-dtls', 'no-cli',
  'no-tcp-relay', 'log-file=stdout', 'simple-log', 'pidfile=/tmp/turnserver.pid', 'userdb=/tmp/turndb', 'min-port=40000', 'max-port=40100',
  'denied-peer-ip=10.0.0.0-10.255.255.255', 'denied-peer-ip=172.16.0.0-172.31.255.255', 'denied-peer-ip=192.168.0.0-192.168.255.255',
].join('\n');

/** A container for the server, without a network. `starts` runs the server once the network is there. */
export async function turnServer(folder) {
  await docker('build', '--quiet', '--tag', IMAGE, '--file', 'relay/Dockerfile', '.');
  const config = join(folder, 'turnserver.conf');
  await writeFile(config, CONFIG);
  const container = `sidelink-e2e-coturn-${randomBytes(4).toString('hex')}`;
  await docker('run', '--detach', '--init', '--name', container, '--label', 'sidelink.e2e=coturn', '--network', 'none', '--volume', `${config}:/turnserver.conf:ro`, IMAGE, 'sleep', 'infinity');
  return {
    pid: Number(await docker('inspect', '--format', '{{.State.Pid}}', container)),
    starts: () => start(['docker', 'exec', container, 'turnserver', '-c', '/turnserver.conf'], { ready: /Total General servers/ }),
    close: () => run('docker', ['rm', '--force', container], { fine: true }),
  };
}

/** What `join` answers for this server, with its URL of one transport. */
export function iceServers(transport) {
  const username = `${Math.floor(Date.now() / 1000) + 3_600}:phone`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  return [{ urls: [`turn:${TURN}:3478?transport=${transport}`], username, credential }];
}
