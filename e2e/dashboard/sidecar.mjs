// A fake control port for the dashboard: its files and its routes, with the test's status document.
//   node e2e/dashboard/sidecar.mjs [scene]    # opens http://localhost:8799 for review, see scenes.mjs
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { calls } from './calls.mjs';
import { phoneCheck, qr, scenes } from './scenes.mjs';

const FILES = fileURLToPath(new URL('../../sidecar/dashboard/', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' };
/** The hash of the page's own script, as the sidecar's policy has it. */
export const [PAGE_SCRIPT] = /'sha256-[^']+'/.exec(await readFile(new URL('../../sidecar/src/http/dashboard.rs', import.meta.url), 'utf8'));
/** Stricter than the real policy: code that parses HTML from a string throws here. */
export const POLICY = `default-src 'none'; script-src 'self' ${PAGE_SCRIPT}; ` + "style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
const NO_TOKEN = { message: 'This route needs a token of this stack or a dashboard session.' };

export class Sidecar {
  signedIn = true;
  /** The paths of POST requests, in order: `services/livekit/restart`. */
  asked = [];
  /** The answer to a POST: a status, and an error where it is not 2xx. */
  answers = { status: 202, error: null };
  /** The answers to POST /phone-check, in order: `{ status, body }`; the last one repeats. */
  phoneChecks = [];
  /** The answer to GET /connection-stats, and the count of these requests. */
  connections = { status: 200, body: calls.none() };
  connectionRequests = 0;
  /** Milliseconds by which its clock is ahead of the browser's. */
  ahead = 0;
  status = null;
  /** While true, it accepts connections and does not answer. */
  hangs = false;
  /** The paths whose next request gets no answer: its connection ends. */
  drops = new Set();
  #followers = new Set();
  #port = 0;
  #server = null;
  #sockets = new Set();

  static async listening(port = 0) {
    const sidecar = new Sidecar();
    await sidecar.starts(port);
    return sidecar;
  }

  get url() {
    return `http://localhost:${this.#port}/`;
  }

  /** Shows this document from now on. */
  shows(status) {
    this.status = status;
    for (const socket of this.#followers) socket.write(frame(JSON.stringify(status)));
  }

  signsOut() {
    this.signedIn = false;
    this.#hangUp();
  }

  async starts(port = this.#port) {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on('upgrade', (request, socket) => this.#upgrade(request, socket));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise((resolve, reject) => this.#server.once('error', reject).listen(port, '127.0.0.1', resolve));
    this.#port = this.#server.address().port;
  }

  /** Closes every connection and stops listening, as a stopped container does. */
  async stops() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#hangUp();
    await closed;
  }

  #hangUp() {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, this.url);
    if (this.hangs) return;
    if (this.drops.delete(pathname)) return void request.socket.destroy();
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Date', new Date(Date.now() + this.ahead).toUTCString());
    if (pathname === '/session') return json(response, 200, { signedIn: this.signedIn });
    if (request.method === 'POST') return this.#takes(request.url.slice(1), response);
    if (pathname === '/qr.svg') return this.#qr(response);
    if (pathname === '/connection-stats') return this.#connections(response);
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    const type = TYPES[extname(name)];
    const content = type && !name.includes('/') ? await readFile(join(FILES, name)).catch(() => null) : null;
    if (!content) return json(response, 404, { error: { message: 'There is no such route.' } });
    response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-cache' }).end(content);
  }

  #takes(path, response) {
    if (!this.signedIn) return json(response, 401, { error: NO_TOKEN });
    this.asked.push(path);
    if (path === 'logout') this.signsOutAfter(response);
    if (path.startsWith('phone-check')) return this.#checks(response);
    if (this.answers.error) return json(response, this.answers.status, { error: this.answers.error });
    json(response, this.answers.status, path.startsWith('verify') ? this.status : {});
  }

  #checks(response) {
    const { status, body } = this.phoneChecks.length > 1 ? this.phoneChecks.shift() : this.phoneChecks[0];
    json(response, status, body);
  }

  signsOutAfter(response) {
    response.on('finish', () => this.signsOut());
    this.signedIn = false;
  }

  #connections(response) {
    if (!this.signedIn) return json(response, 401, { error: NO_TOKEN });
    this.connectionRequests += 1;
    json(response, this.connections.status, this.connections.body);
  }

  #qr(response) {
    if (!this.signedIn) return json(response, 401, { error: NO_TOKEN });
    response.writeHead(200, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'no-store' }).end(qr);
  }

  #upgrade(request, socket) {
    socket.on('error', () => {});
    if (request.url !== '/status/ws' || !this.signedIn) return socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    this.#followers.add(socket);
    socket.on('close', () => this.#followers.delete(socket));
    socket.on('data', ([first]) => (first & 0x0f) === 8 && socket.end(Buffer.from([0x88, 0])));
    if (this.status) socket.write(frame(JSON.stringify(this.status)));
  }
}

function json(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(JSON.stringify(body));
}

/** One unmasked text message. */
function frame(text) {
  const body = Buffer.from(text);
  const head = body.length < 126 ? Buffer.from([0x81, body.length]) : Buffer.from([0x81, 126, body.length >> 8, body.length & 0xff]);
  if (body.length > 0xffff) throw new Error('a document of more than 64 KiB');
  return Buffer.concat([head, body]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , scene = 'ready'] = process.argv;
  const sidecar = await Sidecar.listening(8799);
  sidecar.signedIn = scene !== 'signedOut';
  sidecar.shows((scenes[scene] ?? scenes.ready)());
  sidecar.phoneChecks = [phoneCheck()];
  sidecar.connections.body = calls.mixed();
  console.log(`${sidecar.url} shows ${scene}; others: ${Object.keys(scenes).join(' ')} signedOut`);
}
