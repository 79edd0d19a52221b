// Containers for one test: a network, programs in it, and requests that are sent byte for byte.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const repository = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The restrictions that compose.yaml gives every service, so that no test passes with more rights.
 */
export const contained = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges:true'];

export async function docker(...args) {
  const { stdout, stderr } = await run('docker', args, { maxBuffer: 1 << 24 });
  return args[0] === 'logs' ? stdout + stderr : stdout.trim();
}

export class Sandbox {
  #name = `sidelink-rules-${randomBytes(4).toString('hex')}`;
  #containers = [];
  #volumes = [];

  /** `subnet`: in place of a private one that Docker chooses. */
  async open(subnet) {
    await docker('network', 'create', ...(subnet ? ['--subnet', subnet] : []), this.#name);
    return this;
  }

  async close() {
    if (this.#containers.length) await docker('rm', '--force', '--volumes', ...this.#containers);
    if (this.#volumes.length) await docker('volume', 'rm', ...this.#volumes);
    await docker('network', 'rm', this.#name);
  }

  async volume() {
    const name = `${this.#name}-${this.#volumes.length}`;
    await docker('volume', 'create', name);
    this.#volumes.push(name);
    return name;
  }

  start(name, options, image, ...command) {
    return this.#run(name, ['--network', this.#name, ...options], image, ...command);
  }

  /** Without any network. */
  alone(name, options, image, ...command) {
    return this.#run(name, ['--network', 'none', ...options], image, ...command);
  }

  async #run(name, options, image, ...command) {
    const container = `${this.#name}-${name}`;
    this.#containers.push(container);
    await docker('run', '--detach', '--name', container, ...options, image, ...command);
    return container;
  }

  /** A program in Node: `source` is a script on the command line. */
  program(name, options, source) {
    return this.start(name, ['--init', ...options], 'node:24-trixie-slim', 'node', '-e', source);
  }
}

/** The port on this machine that Docker assigned to a container's port. */
export async function publishedPort(container, port) {
  const line = (await docker('port', container, String(port))).split('\n')[0];
  return Number(line.slice(line.lastIndexOf(':') + 1));
}

/** Sends `path` unchanged: `fetch` and `URL` would normalize it. */
export function ask(port, path, { method = 'GET', headers = {}, body, patience = 10_000 } = {}) {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks).toString() }));
      answer.on('error', reject);
    });
    sent.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolve({ status: answer.statusCode, headers: answer.headers, body: '' });
    });
    sent.setTimeout(patience, () => sent.destroy(new Error(`no answer to ${method} ${path} in ${patience} ms`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

export async function eventually(what, condition, patience = 20_000) {
  const end = Date.now() + patience;
  let last;
  while (Date.now() < end) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within ${patience} ms: ${what}`, { cause: last });
}
