// LiveKit and the bridge in a namespace of the home, from the images that Sidelink uses, and the page's server. The
// page's requests reach them over Unix sockets, as they would over an HTTP tunnel.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';
import { extname, join } from 'node:path';
import { Transform } from 'node:stream';
import { jwt } from '../app/sidecar.mjs';
import { follow, repository, run, within } from '../support/process.mjs';
import { HOST, inside, STUN } from './network.mjs';

const LIVEKIT = 'livekit/livekit-server:v1.13.5';
const BRIDGE = 'sidelink/sidecar:0.1.0';
const KEY = 'testkey';
const secret = randomBytes(24).toString('hex');

/** Copies the programs out of their images. */
export async function copyPrograms(folder) {
  for (const [image, path, name] of [[LIVEKIT, '/livekit-server', 'livekit-server'], [BRIDGE, '/bin/sidelink', 'sidelink']]) {
    const container = (await run('docker', ['create', image])).stdout.trim();
    await run('docker', ['cp', `${container}:${path}`, join(folder, name)]).finally(() => run('docker', ['rm', container]));
  }
}

/** Starts a program, and returns what ends it once it has printed `ready`. */
export async function start([program, ...args], { env, ready = /^ready$/m } = {}) {
  let stop;
  const started = new Promise((resolve, reject) => {
    stop = follow(program, args, { env, onText: (text) => ready.test(text) && resolve(), onEnd: reject });
  });
  await within(20, `${program} ${args.join(' ')} has started`, started);
  return stop;
}

export const pipeIn = (prefix, from, to) => start([...prefix, process.execPath, join(repository, 'e2e/holes/pipe.mjs'), String(from), String(to)]);

/** LiveKit and the bridge in this namespace, until it is removed. Returns the folder of their Unix sockets. */
export async function startHome(folder, namespace) {
  const config = [
    'port: 7880', 'bind_addresses: [127.0.0.1]', 'rtc:', '  tcp_port: 7881', '  udp_port: 7882', '  use_external_ip: false', `  node_ip: ${HOST}`,
    `  stun_servers: ["${STUN}:3478"]`, 'keys:', `  ${KEY}: ${secret}`, 'logging: { level: info }',
  ].join('\n');
  await start([...inside(namespace), join(folder, 'livekit-server')], { env: { LIVEKIT_CONFIG: config }, ready: /starting LiveKit server/ });
  const env = { SIDELINK_BRIDGE_LISTEN: '127.0.0.1:8791', SIDELINK_BRIDGE_LIVEKIT: '127.0.0.1:7880', SIDELINK_BRIDGE_MEDIA: '127.0.0.1:7882' };
  await start([...inside(namespace), join(folder, 'sidelink'), 'bridge'], { env, ready: /the bridge listens/ });
  const sockets = await mkdtemp(join(folder, 'home-'));
  for (const [name, port] of [['livekit', 7880], ['bridge', 8791]]) await pipeIn(inside(namespace), join(sockets, name), port);
  return sockets;
}

/** A participant's token, and the one of the hidden participant, as the sidecar signs them. */
export function tokens(identity) {
  const now = Math.floor(Date.now() / 1000);
  const sign = (video) => jwt({ iss: KEY, sub: identity, name: identity, nbf: now - 5, exp: now + 600, video: { roomJoin: true, ...video } }, secret);
  const may = (person) => ({ canPublish: person, canSubscribe: person, canPublishData: person });
  return { token: sign({ room: 'call', ...may(true) }), probeToken: sign({ room: 'sidelink-probe', hidden: true, ...may(false) }) };
}

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' };
const FILES = [
  [/^\/$/, () => 'e2e/holes/page.html'],
  [/^\/livekit-client\.mjs$/, () => 'client/node_modules/livekit-client/dist/livekit-client.esm.mjs'],
  [/^\/client\/([\w/-]+\.js)$/, ([, path]) => `client/dist/${path}`],
];

/** Passes bytes on after these milliseconds. */
const late = (milliseconds) => new Transform({
  transform(bytes, _, done) {
    setTimeout(() => this.push(bytes), milliseconds);
    done();
  },
  flush: (done) => void setTimeout(done, milliseconds),
});

/**
 * Serves the page on a Unix socket, and passes the rest to the home. `home()`: the folder of its `sockets`, and the
 * `latency` of signalling in milliseconds, one way.
 */
export async function startSite(folder, home) {
  const behind = (url) => join(home().sockets, url.startsWith('/rtc') ? 'livekit' : 'bridge');
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://site').pathname;
    for (const [pattern, file] of FILES) {
      const found = pattern.exec(path);
      if (!found) continue;
      const name = file(found);
      return response.writeHead(200, { 'content-type': TYPES[extname(name)] }).end(await readFile(join(repository, name)));
    }
    const passed = ask({ socketPath: behind(request.url), path: request.url, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy()).end();
  });
  server.on('upgrade', ({ url, rawHeaders }, socket) => {
    const headers = rawHeaders.flatMap((name, at, all) => (at % 2 ? [] : [`${name}: ${all[at + 1]}`]));
    const onward = connect(behind(url), () => {
      onward.write(`${[`GET ${url} HTTP/1.1`, ...headers, 'X-Real-IP: 203.0.113.20'].join('\r\n')}\r\n\r\n`);
      socket.pipe(late(home().latency)).pipe(onward).pipe(late(home().latency)).pipe(socket);
    });
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
  });
  await once(server.listen(join(folder, 'site')), 'listening');
  return () => (server.closeAllConnections(), server.close());
}
