// The built app (`npm run build` in app/) behind the test's gateway, with the test's sidecar.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONTROL_TOKEN, Sidecar } from './sidecar.mjs';

const APP = fileURLToPath(new URL('../../app/', import.meta.url));
export const PASSWORD = 'abcde-fghjk-mnpqr-stuvw';

export class Site {
  /** The visitor's address, as the gateway passes it to the app. */
  address = '203.0.113.7';

  static async opens({ livekit = null } = {}) {
    const site = new Site();
    site.sidecar = await new Sidecar(livekit).starts();
    site.folder = await mkdtemp(join(tmpdir(), 'app-'));
    const file = async (name, text) => {
      await writeFile(join(site.folder, name), `${text}\n`);
      return join(site.folder, name);
    };
    const port = await freePort();
    const environment = {
      ...process.env, NODE_ENV: 'production', SIDELINK_URL: site.sidecar.url, SIDELINK_TOKEN_FILE: await file('token', CONTROL_TOKEN),
      SIDELINK_PASSWORD_FILE: await file('password', PASSWORD), SIDELINK_SESSION_KEY_FILE: await file('session-key', 'ab'.repeat(32)),
    };
    site.app = spawn(process.execPath, ['node_modules/next/dist/bin/next', 'start', '--port', String(port), '--hostname', '127.0.0.1'], {
      cwd: APP, env: environment, stdio: ['ignore', 'pipe', 'inherit'],
    });
    await started(site.app);
    await site.#gateway(port, livekit);
    return site;
  }

  #cut = false;
  #signalling = new Set();

  /** Closes open signalling connections and refuses new ones, as the end of a tunnel does. */
  cutsSignalling() {
    this.#cut = true;
    for (const socket of this.#signalling) socket.destroy();
  }

  restoresSignalling() {
    this.#cut = false;
  }

  /** A session cookie for a browser's context. */
  async session() {
    this.address = `198.51.100.${1 + Math.floor(Math.random() * 250)}`;
    const answer = await fetch(`${this.url}/api/signin`, {
      method: 'POST', headers: { 'content-type': 'application/json', origin: this.url }, body: JSON.stringify({ password: PASSWORD }),
    });
    const [, name, value] = /^(\w+)=([^;]+)/.exec(answer.headers.get('set-cookie'));
    return { name, value, url: this.url, httpOnly: true, sameSite: 'Lax' };
  }

  get url() {
    return `http://localhost:${this.gateway.address().port}`;
  }

  async #gateway(port, livekit) {
    this.gateway = createServer(async (request, response) => {
      if (await this.sidecar.visitor(request, response)) return;
      const headers = { ...request.headers, 'x-forwarded-for': this.address, 'x-forwarded-proto': 'http' };
      // The gateway's answer while LiveKit is down.
      if (!livekit && request.url.startsWith('/rtc')) return response.writeHead(503, { 'content-type': 'application/json' }).end('{}');
      const target = livekit && request.url.startsWith('/rtc') ? livekit.port : port;
      const passed = ask({ port: target, method: request.method, path: request.url, headers }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      passed.on('error', () => response.destroy());
      response.on('close', () => passed.destroy());
      request.pipe(passed);
    });
    this.gateway.on('upgrade', (request, socket) => {
      socket.on('error', () => {});
      if (/^(\/sidelink)?\/runtime-config\/ws$/.test(request.url)) return this.sidecar.follows(request, socket);
      if (!livekit || !request.url.startsWith('/rtc')) return socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
      if (this.#cut) return socket.destroy();
      this.#signalling.add(socket);
      socket.on('close', () => this.#signalling.delete(socket));
      const onward = connect(livekit.port, '127.0.0.1', () => {
        const lines = [`GET ${request.url} HTTP/1.1`, ...request.rawHeaders.flatMap((name, at, all) => (at % 2 ? [] : [`${name}: ${all[at + 1]}`]))];
        onward.write(`${lines.join('\r\n')}\r\n\r\n`);
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
    });
    await new Promise((resolve) => this.gateway.listen(0, '127.0.0.1', resolve));
  }

  async closes() {
    this.gateway.closeAllConnections();
    this.gateway.close();
    this.app.kill();
    await this.sidecar.stops();
    await rm(this.folder, { recursive: true });
  }
}

function started(app) {
  return new Promise((resolve, reject) => {
    app.stdout.on('data', (text) => String(text).includes('Ready in') && resolve());
    app.once('exit', (code) => reject(new Error(`the app ended with ${code}; was it built?`)));
  });
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
