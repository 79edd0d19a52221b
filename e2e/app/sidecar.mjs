// A fake sidecar with the app's routes: links on the control port, and the visitors' routes behind
// the gateway.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

export const CONTROL_TOKEN = 'control-token-of-the-test';
const QR = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29"><path fill="#fff" d="M0 0h29v29H0z"/><path d="M2 2h7v7H2zM20 2h7v7h-7zM2 20h7v7H2zM12 4h2v5h-2zM12 12h6v3h-6zM20 13h4v8h-4z"/></svg>';

/** What the stack awaits, layer by layer. */
export const AWAITED = {
  livekit: { layer: 'livekit', message: 'Waiting for LiveKit to answer.', messagePt: 'Aguardando o LiveKit responder.' },
  edge: { layer: 'edge', message: 'Waiting for Cloudflare’s edge to know the tunnel.', messagePt: 'Aguardando a rede de borda da Cloudflare conhecer o túnel.' },
};

export class Sidecar {
  /** Null when a link can be issued at once. */
  awaited = null;
  publicUrl = 'https://calm-river.trycloudflare.com';
  links = new Map();
  reports = [];
  /** The answer of `join` in place of a token: `{status, error, retryAfter}`. */
  joinAnswer = null;
  /** While true, it accepts requests and does not answer. */
  silent = false;
  #livekit;
  #sequence = 1;
  #wakes = new Set();
  #server = null;
  #keys = new Map();
  #followers = new Set();

  constructor(livekit) {
    this.#livekit = livekit;
  }

  async starts() {
    this.#server = createServer((request, response) => void this.#control(request, response));
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  async stops() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Resets everything for the next test. */
  resets() {
    this.links.clear();
    this.#keys.clear();
    Object.assign(this, { awaited: null, publicUrl: 'https://calm-river.trycloudflare.com', reports: [], joinAnswer: null, silent: false });
    this.#changed();
  }

  /** Sets what the stack awaits from now on; null for nothing. */
  awaits(awaited) {
    this.awaited = awaited && { since: new Date().toISOString(), ...awaited };
    this.#changed();
  }

  /** The tunnel was restarted. */
  movesTo(publicUrl) {
    this.publicUrl = publicUrl;
    for (const link of this.links.values()) link.staleAddress = true;
    this.#changed();
  }

  /** Adds an existing link. */
  holds(fields = {}) {
    const now = Date.now();
    const link = {
      token: randomBytes(16).toString('base64url'), room: `consultation-${randomBytes(4).toString('hex')}`, kind: 'consultation',
      professionalId: 'Dra. Ana Lima', clientId: 'João Pereira', consultationType: 'Retorno', createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + 86_400_000).toISOString(), maxParticipants: 10, openedAt: null, opened: null, report: null, staleAddress: false, ...fields,
    };
    this.links.set(link.token, link);
    this.#changed();
    return link;
  }

  changes(token, what) {
    Object.assign(this.links.get(token), what);
    this.#changed();
  }

  #changed() {
    this.#sequence += 1;
    for (const wake of this.#wakes) wake();
    this.#wakes.clear();
    for (const { socket, host } of this.#followers) socket.write(frame(JSON.stringify(this.#document(host))));
  }

  /** Waits for a change, or this long. */
  #change(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wakes.add(() => (clearTimeout(timer), resolve()));
    });
  }

  async #control(request, response) {
    if (request.headers.authorization !== `Bearer ${CONTROL_TOKEN}`) return refuse(response, 401, 'unauthorized');
    const url = new URL(request.url, this.url);
    const [, token, verb] = /^\/links(?:\/([\w-]+)(?:\/(\w+))?)?$/.exec(url.pathname) ?? [];
    const wait = Number.parseInt(url.searchParams.get('wait') ?? '0', 10) * 1000;
    const link = this.links.get(token);
    if (token && !link) return refuse(response, 404, 'no_such_link');
    if (request.method === 'DELETE') {
      this.links.delete(token);
      this.#changed();
      return response.writeHead(204).end();
    }
    if (request.method === 'GET' && token) return json(response, 200, this.#view(link));
    if (request.method === 'GET') return this.#list(Number(url.searchParams.get('after') ?? -1), wait, response);
    const body = await read(request);
    if (verb === 'join') return this.#join(link, JSON.parse(body), request, response);
    return this.#handOut(response, wait, () => (verb === 'resend' ? link : this.#made(JSON.parse(body), request.headers['idempotency-key'])), verb ? 200 : 201);
  }

  #made(fields, key = randomBytes(8).toString('hex')) {
    const link = this.#keys.get(key) ?? this.holds(fields);
    this.#keys.set(key, link);
    return link;
  }

  async #handOut(response, wait, linkOf, status) {
    const end = Date.now() + wait;
    while (this.awaited && Date.now() < end) await this.#change(end - Date.now());
    if (this.awaited) {
      return json(response, 202, { statusUrl: '/status', phase: 'preparing', waitingFor: this.awaited, retryAfter: 1 }, { 'retry-after': '1' });
    }
    const link = linkOf();
    if (link.staleAddress) this.changes(link.token, { staleAddress: false });
    const { token, room, expiresAt } = link;
    json(response, status, { token, consultationUrl: this.#view(link).consultationUrl, room, expiresAt, verifiedAt: new Date().toISOString(), qr: QR });
  }

  async #list(after, wait, response) {
    const end = Date.now() + wait;
    while (after === this.#sequence && Date.now() < end) await this.#change(end - Date.now());
    json(response, 200, { sequence: this.#sequence, publicUrl: this.publicUrl, links: [...this.links.values()].reverse().map((link) => this.#view(link)) });
  }

  #view(link) {
    return { ...link, consultationUrl: `${this.publicUrl}/consultations/client/${link.token}` };
  }

  /**
   * Answers a visitor's request behind the gateway. Returns false for a path that is not the
   * sidecar's.
   */
  async visitor(request, response) {
    const { pathname, searchParams } = new URL(request.url, 'http://gateway');
    if (this.silent) return true;
    if (pathname === '/runtime-config') return this.#config(request, response, searchParams);
    if (pathname === '/sidelink/status') return this.#status(response, searchParams);
    const [, token, verb] = /^\/sidelink\/links\/([\w-]+)(?:\/(join|report))?$/.exec(pathname) ?? [];
    if (!token) return false;
    const link = this.links.get(token);
    if (!link) refuse(response, 404, 'no_such_link');
    else if (!verb) json(response, 200, { kind: link.kind, consultationType: link.consultationType, expiresAt: link.expiresAt });
    else if (verb === 'report') {
      this.reports.push({ token, ...JSON.parse(await read(request)) });
      response.writeHead(204).end();
    } else this.#join(link, JSON.parse(await read(request)), request, response);
    return true;
  }

  #join(link, { name, resume = `${slug(name)}-${randomBytes(3).toString('hex')}` }, request, response) {
    if (this.joinAnswer) {
      const { status, error, retryAfter = 1 } = this.joinAnswer;
      return json(response, status, { error }, { 'retry-after': String(retryAfter) });
    }
    // On the control port the professional joins, whose join does not count as an opening.
    if (!link.openedAt && !request.headers.authorization) {
      const device = /Mobi/.test(request.headers['user-agent']) ? 'phone' : 'desktop';
      this.changes(link.token, { openedAt: new Date().toISOString(), opened: { device } });
    }
    json(response, 200, {
      livekitUrl: this.#livekit?.url ?? `ws://${request.headers.host}`, token: this.#livekit?.token(link, resume, name) ?? jwt({}, 'none'),
      identity: resume, name, iceServers: [], resume, expiresAt: link.expiresAt, consultationType: link.consultationType, kind: link.kind,
    });
  }

  async #config(request, response, query) {
    const wait = Number.parseInt(query.get('wait') ?? '0', 10) * 1000;
    if (Number(query.get('after')) >= this.#sequence) await this.#change(wait);
    json(response, 200, this.#document(request.headers.host));
    return true;
  }

  #document(host) {
    return {
      revision: this.#sequence, instance: 'test', phase: this.awaited ? 'preparing' : 'ready', publicUrl: this.awaited ? null : this.publicUrl,
      origin: `http://${host}`, livekitUrl: `ws://${host}`, verifiedAt: new Date().toISOString(), media: { grade: 'lan' }, env: {},
    };
  }

  /** `/runtime-config/ws` */
  follows({ headers: { host, 'sec-websocket-key': key } }, socket) {
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    const follower = { socket, host };
    this.#followers.add(follower);
    socket.on('close', () => this.#followers.delete(follower));
    socket.on('data', ([first]) => (first & 0x0f) === 8 && socket.end(Buffer.from([0x88, 0])));
    socket.write(frame(JSON.stringify(this.#document(host))));
  }

  async #status(response, query) {
    const wait = Number.parseInt(query.get('wait') ?? '0', 10) * 1000;
    if (Number(query.get('after')) >= this.#sequence) await this.#change(wait);
    json(response, 200, { sequence: this.#sequence, phase: this.awaited ? 'preparing' : 'ready', awaiting: this.awaited, layers: [] });
    return true;
  }
}

/** One unmasked text message. */
function frame(text) {
  const body = Buffer.from(text);
  const head = body.length < 126 ? [0x81, body.length] : [0x81, 126, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from(head), body]);
}

/** An HS256 token. */
export function jwt(claims, secret) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

function slug(name) {
  return name.toLowerCase().replace(/[^a-z]+/g, '-');
}

async function read(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

function json(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }).end(JSON.stringify(body));
}

function refuse(response, status, code) {
  json(response, status, { error: { code, message: `${code} (test)`, messagePt: `${code} (teste)`, fix: null, docs: null } });
}
