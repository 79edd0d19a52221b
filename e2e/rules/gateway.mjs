// The gateway with the test's upstreams.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contained, docker, eventually, publishedPort, repository, Sandbox } from './containers.mjs';

export const instance = '0d6c-rules';

/** Each port is an upstream; it answers with what reached it, byte for byte where it matters. */
const echo = `
  const http = require('http');
  const pieces = (a, list, each) => {
    const next = () => (list.length ? (a.write(list.shift()), setTimeout(next, each)) : a.end());
    next();
  };
  const answers = (port) => (q, a) => {
    const { pathname, searchParams } = new URL(q.url, 'http://x');
    if (pathname === '/die') return q.resume().on('end', () => q.socket.destroy());
    if (pathname.startsWith('/never')) return;
    let length = 0;
    let body = '';
    q.on('data', (d) => { length += d.length; if (body.length < 100) body += d; });
    q.on('end', () => {
      for (const [name, value] of searchParams) if (name.startsWith('set-')) a.appendHeader(name.slice(4), value);
      if (pathname === '/hints') a.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' });
      if (pathname === '/events') {
        a.setHeader('Content-Type', 'text/event-stream');
        return pieces(a, ['data: 1\\n\\n', 'data: 2\\n\\n', 'data: 3\\n\\n'], 300);
      }
      if (pathname === '/pieces') return pieces(a, ['one', 'two', 'three'], 300);
      if (pathname === '/trailers') {
        a.setHeader('Trailer', 'X-Checksum');
        a.write('body');
        a.addTrailers({ 'X-Checksum': 'abc' });
        return a.end();
      }
      if (pathname === '/range') {
        a.statusCode = 206;
        a.setHeader('Content-Range', 'bytes 0-3/10');
        return a.end('0123');
      }
      if (pathname === '/invalid') {
        a.statusCode = 401;
        return a.end('<script>alert(1)</script> invalid API key: ' + searchParams.get('key'));
      }
      a.statusCode = Number(searchParams.get('status') ?? (q.headers['x-missing'] ? 404 : 200));
      if (!a.hasHeader('content-type')) a.setHeader('Content-Type', 'application/json');
      a.end(JSON.stringify({ port, method: q.method, url: q.url, headers: q.headers, raw: q.rawHeaders, length, body: body.slice(0, 100) }));
    });
  };
  for (const port of PORTS) {
    const server = http.createServer({ keepAliveTimeout: 60000 }, answers(port)).listen(port);
    server.on('checkContinue', (q, a) => { q.headers['x-continued'] = 'yes'; a.writeContinue(); answers(port)(q, a); });
    server.on('upgrade', (q, s) => {
      s.end('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nX-Reached: ' + port + ' ' + q.url + '\\r\\n\\r\\n');
    });
  }
`;
/** Keeps the gateway's reports, one notice a line; /notices returns all. */
const notices = `
  const lines = [];
  require('net').createServer((s) => s.on('data', (d) => lines.push(...d.toString().trim().split('\\n')))).listen(8789);
  http.createServer((q, a) => a.end(JSON.stringify(lines))).listen(8790);
`;

export class Gateway {
  sandbox = new Sandbox();

  /** `env`: settings; `change`: edits the Caddyfile's text, to shorten limits; `subnet`: the addresses of its clients. */
  static async opens({ env = {}, change, subnet } = {}) {
    const gateway = new Gateway();
    await gateway.#open(env, change, subnet);
    return gateway;
  }

  async #open(env, change, subnet) {
    const { sandbox } = this;
    await sandbox.open(subnet);
    const made = await sandbox.volume();
    await docker('run', '--rm', '--volume', `${made}:/made`, 'node:24-trixie-slim', 'node', '-e', `fs.writeFileSync('/made/instance', '${instance}')`);
    const upstream = (name, source, ...options) => sandbox.program(name, [`--network-alias=${name}`, ...options], source);
    const listening = (...ports) => echo.replace('PORTS', JSON.stringify(ports));
    const sidecar = await upstream('sidecar', listening(8787) + notices, '--publish=127.0.0.1::8790');
    await upstream('livekit', listening(7880));
    await upstream('bridge', listening(8791));
    await upstream('icecast', listening(8000));
    this.app = await upstream('app', listening(3000));
    this.container = await sandbox.start('gateway', [
      ...contained, '--cap-add=NET_BIND_SERVICE', '--user=65525:65525', '--tmpfs=/tmp',
      '--env=XDG_CONFIG_HOME=/tmp', '--env=XDG_DATA_HOME=/tmp', ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`),
      '--publish=127.0.0.1::8080', '--publish=127.0.0.1::8081',
      '--volume', `${await this.#folder(change)}:/etc/caddy:ro`, '--volume', `${made}:/run/sidelink:ro`,
    ], 'caddy:2.11.9');
    this.local = await publishedPort(this.container, 8080);
    this.tunnel = await publishedPort(this.container, 8081);
    this.reports = await publishedPort(sidecar, 8790);
  }

  async #folder(change) {
    const folder = join(repository, 'gateway');
    if (!change) return folder;
    this.copy = await mkdtemp(join(tmpdir(), 'sidelink-gateway-'));
    await cp(folder, this.copy, { recursive: true });
    await docker('run', '--rm', '--volume', `${this.copy}:/copy`, 'node:24-trixie-slim', 'chmod', '-R', 'a+rX', '/copy');
    const file = join(this.copy, 'Caddyfile');
    await writeFile(file, change(await readFile(file, 'utf8')));
    return this.copy;
  }

  /** The reported kinds, in order. */
  async notices() {
    const answer = await fetch(`http://127.0.0.1:${this.reports}/`);
    return (await answer.json()).map((line) => JSON.parse(line).notice);
  }

  async close() {
    await this.sandbox.close();
    if (this.copy) await rm(this.copy, { recursive: true });
  }
}

export const ready = (port, ask, headers) =>
  eventually('the gateway and the app are up', async () => (await ask(port, '/', { headers })).status === 200);
