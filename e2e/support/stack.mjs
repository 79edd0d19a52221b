// The stack as `docker compose` runs it: verbs for what a user, a fault or the engine does to it.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as answers from './answers.mjs';
import { Events } from './events.mjs';
import { follow, repository, run, within } from './process.mjs';

export const project = process.env.COMPOSE_PROJECT_NAME || 'sidelink';
export const local = `http://localhost:${process.env.SIDELINK_PORT || 8080}`;
const gateway = local.replace('localhost', '127.0.0.1'); // Node 18 asks ::1 first
export const control = `http://127.0.0.1:${process.env.SIDELINK_CONTROL_PORT || 8788}`;

/**
 * This machine's address in the stand-ins' `lan`: a phone reaches LiveKit's published ports there.
 */
const HOST_ON_LAN = `${process.env.STAND_INS_LAN || '10.77.77'}.1`;
const FILES = process.env.COMPOSE_FILE || 'compose.yaml:stand-ins/compose.yaml';

/**
 * One `exec` in a thousand does not start here (runc 1.1.15 on Linux 6.18); the program itself is
 * not the cause.
 */
const EXEC_FAILED = /OCI runtime exec failed: .*read init-p: connection reset by peer/;

let events;
let token;
let override; // a file on top, while a test needs one
let variant = {}; // another tunnel, LiveKit on this machine, …: its files and its settings
const folders = [];

function env() {
  const files = [variant.files ?? FILES, override].filter(Boolean).join(':');
  return { COMPOSE_FILE: files, HOST_IP: process.env.HOST_IP || HOST_ON_LAN, COMPOSE_PROGRESS: 'plain', ...variant.settings };
}

export const compose = (args, options = {}) => run('docker', ['compose', ...args], { ...options, env: { ...env(), ...options.env } });
export const docker = async (...args) => (await run('docker', args)).stdout.trim();

export const stack = {
  events: () => (events ??= new Events(project)),

  /** Removes everything: containers, networks, volumes, and with them every secret. */
  async removed() {
    await compose(['--profile', 'phone', 'down', '--volumes', '--remove-orphans']);
    token = undefined;
  },

  down: () => compose(['--profile', 'phone', 'down', '--remove-orphans']),
  up: (...services) => compose(['up', '--detach', '--no-build', ...services]),
  start: (...services) => compose(['start', ...services]),
  stop: (...services) => compose(['stop', ...services]),
  restart: (...services) => compose(['restart', ...services]),

  /** Removes the stack with its secrets and keeps the stand-in internet and the phone. */
  removedKeepingInternet: () => compose(['down', '--volumes', '--timeout', '2'], { env: { COMPOSE_FILE: 'compose.yaml' }, fine: true }),

  /** From outside Compose, as a fault would. */
  kill: (service) => docker('kill', container(service)),
  startContainer: (service) => docker('start', container(service)),
  stopContainer: (service) => docker('stop', container(service)),
  restartContainer: (service) => docker('restart', container(service)),
  pause: (service) => docker('pause', container(service)),
  unpause: (service) => docker('unpause', container(service)),

  /** Sends a signal to its first process without the engine: STOP hangs it, KILL is a crash. */
  async signal(service, signal) {
    const { State: { Pid } } = await stack.inspect(service);
    await run('kill', ['-s', signal, String(Pid)]);
  },

  /** Disconnects it from one of the project's networks, and connects it again. */
  cutOff: (service, network) => docker('network', 'disconnect', `${project}_${network}`, container(service)),
  reconnect: (service, network) => docker('network', 'connect', '--alias', service, `${project}_${network}`, container(service)),

  /** Sets its memory limit while it runs. */
  limitMemory: (service, limit) => docker('update', '--memory', limit, '--memory-swap', limit, container(service)),

  /** Lays a second Compose file over the others until `stack.plain()`. */
  async with(yaml) {
    override = join(await temporaryFolder(), 'override.yaml');
    await writeFile(override, yaml);
  },
  plain() {
    override = undefined;
    variant = {};
  },

  /**
   * Starts the stack as another `.env` describes it: the variant's files and settings, until
   * `stack.plain()`.
   */
  async switchTo({ files, settings } = {}) {
    await compose(['rm', '--stop', '--force', 'cloudflared']); // as `sidelink setup` advises
    variant = { files, settings };
    await compose(['up', '--detach', '--no-build', '--remove-orphans']);
  },

  /** Starts the stack from the plain files again, and waits until it is ready. */
  async restoreDefault() {
    stack.plain();
    await compose(['up', '--detach', '--no-build', '--remove-orphans']);
    await stack.isReady();
  },

  /** Whether scripts/engine started the engine that runs here; it restarts no other. */
  async ownsEngine() {
    return (await run(join(repository, 'scripts/engine'), ['owned'], { fine: true })).code === 0;
  },

  /** Restarts the engine; its stream of events ends with it. */
  async restartEngine() {
    stack.events();
    const since = Date.now();
    events.close();
    events = undefined;
    await run(join(repository, 'scripts/engine'), ['restart']);
    events = new Events(project, since);
  },

  /** Brings the stack up if it is not ready, and waits until it is verified and ready. */
  async isReady() {
    stack.events();
    const status = await stack.statusNow().catch(() => null);
    if (status?.phase !== 'ready') await stack.up();
    return stack.config((config) => config.phase === 'ready' && config.publicUrl);
  },

  /**
   * The runtime configuration through the gateway, once `until` holds. `onEach` gets every document
   * before.
   */
  config(until = () => true, { seconds = 180, ...options } = {}) {
    return document(seconds, 'runtime-config', { url: `${gateway}/runtime-config`, number: 'revision', until, ...options });
  },

  /** `/status` of the control port, once `until` holds. */
  status(until, { seconds = 180, ...options } = {}) {
    return document(seconds, 'status', { url: `${control}/status`, number: 'sequence', headers: authorization, until, ...options });
  },
  /** `/status` after a verification that began no earlier than now. */
  verify: async () => answers.ask(`${control}/verify?maxAge=0s`, await authorization(), 'POST'),
  connections: async () => answers.ask(`${control}/connection-stats`, await authorization()),
  statusNow: async () => answers.ask(`${control}/status`, await authorization()),

  token: async () => (token ??= (await stack.sidelink('control-token')).stdout.trim()),

  /** Runs `sidelink …` in the sidecar. Rejects on another exit code than 0. */
  sidelink: async (...args) => {
    const out = await stack.trySidelink(...args);
    if (out.code !== 0) throw new Error(`sidelink ${args.join(' ')} ended with ${out.code}:\n${out.stdout}${out.stderr}`);
    return out;
  },
  /** Runs `sidelink …` and returns its exit code and output. */
  async trySidelink(...args) {
    const start = () => compose(['exec', '-T', 'sidecar', 'sidelink', ...args], { fine: true });
    const out = await start();
    if (!EXEC_FAILED.test(out.stdout + out.stderr)) return out;
    console.warn(`the engine did not start it; trying again: ${out.stdout}${out.stderr}`);
    return start();
  },

  /** A service's log, once it matches `pattern`. */
  log(service, pattern, { seconds = 60, since = '' } = {}) {
    let end;
    const found = new Promise((resolve, reject) => {
      const args = ['compose', 'logs', '--follow', '--no-color', '--no-log-prefix', ...(since ? ['--since', since] : []), service];
      end = follow('docker', args, { env: env(), onText: (text) => pattern.test(text) && resolve(text), onEnd: reject });
    });
    return within(seconds, `${pattern} in the log of ${service}`, found).finally(() => end());
  },

  inspect: async (service) => JSON.parse(await docker('inspect', container(service)))[0],

  /**
   * Every container that Compose made for the project, ended ones included. `docker run` with an
   * image of the project inherits the project's label, so a number is required too.
   */
  async containers() {
    const ids = await docker('ps', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${project}`,
      '--filter', 'label=com.docker.compose.container-number');
    const all = JSON.parse(await docker('inspect', ...ids.split('\n')));
    return all.map((each) => ({ ...each, service: each.Config.Labels['com.docker.compose.service'] }));
  },

  async close() {
    events?.close();
    events = undefined;
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
  },
};

export async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'sidelink-e2e-'));
  folders.push(folder);
  await chmod(folder, 0o755); // containers read it under their own uids
  return folder;
}

export const container = (service) => `${project}-${service}-1`;

/** The layer that a status awaits. */
export const headline = ({ awaiting, layers }) => layers.find(({ layer }) => layer === awaiting?.layer);

/** One service's row in a status. */
export const row = (status, service) => status.services.find(({ name }) => name === service);

/** Unix milliseconds of an RFC 3339 time with nanoseconds. */
export const time = (text) => Date.parse(text);

/** What `answers.follow` returns, or an error after this time, when it stops to follow. */
function document(seconds, what, { cancelled = () => false, ...options }) {
  let isOver = false;
  const followed = answers.follow({ ...options, events: stack.events, cancelled: () => isOver || cancelled() });
  return within(seconds, `${what}: ${options.until}`, followed).finally(() => (isOver = true));
}

const authorization = async () => ({ authorization: `Bearer ${await stack.token()}` });
