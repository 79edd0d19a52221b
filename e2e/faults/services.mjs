// Faults of the services: killed, stopped, hung, starved, cut off.
import { createServer } from 'node:net';
import { once } from 'node:events';
import { container, docker, local, stack } from '../support/stack.mjs';
import { livekitKey } from './join.mjs';

const is = (service, action) => (event) => event.service === service && event.action === action;
const dies = (service) => is(service, 'die');

/**
 * Killed through the engine: Docker's restart policy does not apply, and Sidelink starts it again.
 */
const killed = (service, name, more = {}) => ({
  name, inject: () => stack.kill(service), event: dies(service), expected: { service, code: 'killed' }, phase: 'degraded', own: service, ...more,
});

/** Crashes without the engine: Docker's restart policy starts it again. */
const crashes = (service, name, more = {}) => ({
  name, inject: () => stack.signal(service, 'KILL'), event: dies(service), own: service, ...more,
});

const stopped = (service, name, more = {}) => ({
  name, inject: () => stack.stop(service), clear: () => stack.start(service), by: 'docker compose start', event: dies(service),
  expected: { service, code: 'stopped_by_hand' }, phase: 'degraded', own: service, ...more,
});

const paused = (service, name) => ({
  name, inject: () => stack.pause(service), clear: () => stack.unpause(service), by: 'docker compose unpause', event: is(service, 'pause'),
  expected: { service, code: 'paused' }, phase: 'degraded',
});

const hung = (service, name, more = {}) => ({
  name, inject: () => stack.signal(service, 'STOP'), silent: true, sign: 'SIGSTOP', expected: { service, code: 'hung' }, phase: 'degraded', own: service,
  why: 'restarted 15 s after its first missing answer; Docker waits 10 s more for a process that handles no signal', ...more,
});

/** Starts the service with another definition; `plainAgain` restores its own. */
const withOther = (service, yaml) => async () => {
  await stack.with(`services:\n  ${service}:\n${typeof yaml === 'function' ? await yaml() : yaml}`);
  await stack.up(service);
};
const plainAgain = (service) => async () => {
  stack.plain();
  await stack.up(service);
};

const livekitWith = (keys) => withOther('livekit', async () => `    command: [--config, /etc/livekit/livekit.yaml, --keys, "${await keys()}"]\n`);
const SECRET = '0123456789abcdef0123456789abcdef';

/** Takes the gateway's port on this machine. */
let squatter;
async function takesThePort() {
  await stack.kill('gateway');
  squatter = createServer((socket) => socket.destroy()).listen(Number(new URL(local).port), '127.0.0.1');
  await once(squatter, 'listening');
}

const LOOP = 3; // the engine counts a restart when it decides on it
const loops = () => {
  let ends = 0;
  return (event) => event.service === 'app' && event.action === 'die' && event.exitCode === 3 && (ends += 1) === LOOP;
};

/** Sets a limit below the need of two Node processes: the kernel ends the larger one. */
async function starves() {
  await stack.limitMemory('app', '130m');
  await docker('exec', container('app'), 'node', '-e', 'Buffer.alloc(64e6, 1)').catch(() => {});
}

export const services = [
  killed('livekit', 'LiveKit is killed'),
  killed('redis', 'Redis is killed'),
  killed('icecast', 'Icecast is killed'),
  killed('silence', 'the source of silence is killed'),
  killed('app', 'the app is killed'),
  killed('gateway', 'the gateway is killed'),
  killed('cloudflared', 'the tunnel is killed', { link: 'new', phase: 'preparing' }),
  crashes('docker-proxy', 'docker-proxy is killed', { expected: { layer: 'docker', code: ['docker', 'docker_not_running'] }, phase: 'degraded' }),
  crashes('sidecar', 'the sidecar is killed', { why: 'no process reports it; calls and the public URL continue' }),
  stopped('livekit', 'LiveKit is stopped by hand'),
  stopped('cloudflared', 'the tunnel is stopped by hand', { link: 'new', phase: 'preparing' }),
  stopped('silence', 'Icecast without a source', { expected: { service: 'icecast', code: 'icecast_no_source' } }),
  paused('livekit', 'LiveKit is paused'),
  paused('gateway', 'the gateway is paused'),
  {
    name: 'LiveKit is cut off from the network', inject: () => stack.cutOff('livekit', 'front'), silent: true, sign: 'network cut', by: 'the network is connected again',
    clear: () => stack.reconnect('livekit', 'front'), expected: { layer: 'livekit', code: 'behind_gateway' }, phase: 'degraded',
  },
  {
    name: 'the app runs out of memory (OOM)', inject: starves, event: dies('app'), own: 'app', seconds: 60,
    clear: () => stack.limitMemory('app', '4g'), by: 'a higher limit', expected: { service: 'app', code: 'out_of_memory' }, phase: 'degraded',
    cleanUp: () => docker('rm', '--force', container('app')).then(() => stack.up('app')), why: 'Docker waits longer after each restart',
  },
  {
    name: 'the app crashes again and again', inject: withOther('app', '    entrypoint: [node, -e, process.exit(3)]\n'), event: loops(), seconds: 60,
    clear: plainAgain('app'), by: 'the cause is corrected', expected: { service: 'app', code: 'crash_loop' }, phase: 'degraded', own: 'app', cleanUp: plainAgain('app'),
  },
  {
    name: 'the disk under Redis is full', inject: () => fillsTheDisk(), silent: true, sign: 'the last byte', expected: { service: 'redis', code: 'redis_cannot_write' },
    phase: 'degraded', clear: () => docker('exec', container('redis'), 'rm', '-f', '/data/ballast'), by: 'free space on the disk', prepare: smallDisk, cleanUp: plainAgain('redis'),
  },
  {
    name: 'LiveKit has another key', inject: livekitWith(() => `other: ${SECRET}`), sign: 'its start', event: is('livekit', 'start'), expected: { service: 'livekit', code: 'livekit_wrong_key' },
    phase: 'degraded', clear: plainAgain('livekit'), by: 'the right keys', own: 'livekit', cleanUp: plainAgain('livekit'), why: 'its start comes first',
  },
  {
    name: 'LiveKit has another secret', inject: livekitWith(async () => `${await livekitKey()}: ${SECRET}`), sign: 'its start', event: is('livekit', 'start'),
    expected: { service: 'livekit', code: 'livekit_wrong_secret' }, phase: 'degraded', clear: plainAgain('livekit'), by: 'the right keys', own: 'livekit',
    cleanUp: plainAgain('livekit'), why: 'its start comes first',
  },
  {
    name: 'the gateway\'s port is taken by another program', inject: takesThePort, event: dies('gateway'), expected: { service: 'gateway', code: 'host_port_taken' },
    phase: 'degraded', clear: () => squatter.close(), by: 'itself, once the port is free', own: 'gateway', cleanUp: () => squatter?.close(),
    why: 'Docker reports it when it is started again, and it is retried with exponential backoff',
  },
  hung('livekit', 'LiveKit hangs'),
  hung('app', 'the app hangs'),
];

export const engine = [
  { name: 'the engine is restarted', inject: () => stack.restartEngine(), sign: 'the call', link: 'new', own: 'cloudflared', why: 'the sidecar goes down with it', seconds: 180 },
];

function smallDisk() {
  return withOther('redis', '    volumes: !override\n      - secrets-redis:/etc/redis:ro\n    tmpfs: ["/data:size=2m,uid=999,gid=999"]\n')();
}

async function fillsTheDisk() {
  await docker('exec', container('redis'), 'sh', '-c', `dd if=/dev/zero of=/data/ballast bs=512 2>/dev/null
    big="$(head -c 9000 /dev/zero | tr '\\0' x)" # more than the rest of the log's last page
    REDISCLI_AUTH="$(cat /etc/redis/password)" redis-cli set sidelink:ballast "$big" EX 60`);
}
