// The stack as `docker compose` has it: verbs for what a person, a fault or the engine does to it.
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

/** This machine's address in the stand-ins' `lan`: a phone reaches LiveKit's published ports there. */
const HOST_ON_LAN = `${process.env.STAND_INS_LAN || '10.77.77'}.1`;
const FILES = process.env.COMPOSE_FILE || 'compose.yaml:stand-ins/compose.yaml';

/** One `exec` in a thousand does not begin here (runc 1.1.15 on Linux 6.18), which says nothing of the program. */
const NOT_BEGUN = /OCI runtime exec failed: .*read init-p: connection reset by peer/;

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

  /** Everything gone: containers, networks, volumes, and with them every secret. */
  async removed() {
    await compose(['--profile', 'phone', 'down', '--volumes', '--remove-orphans']);
    token = undefined;
  },

  down: () => compose(['--profile', 'phone', 'down', '--remove-orphans']),
  up: (...services) => compose(['up', '--detach', '--no-build', ...services]),
  start: (...services) => compose(['start', ...services]),
  stop: (...services) => compose(['stop', ...services]),
  restart: (...services) => compose(['restart', ...services]),

  /** The whole stack gone with its secrets, the stand-in internet and the phone left as they are. */
  removedFromTheInternet: () => compose(['down', '--volumes', '--timeout', '2'], { env: { COMPOSE_FILE: 'compose.yaml' }, fine: true }),

  /** From outside Compose, as a fault would. */
  kill: (service) => docker('kill', container(service)),
  startContainer: (service) => docker('start', container(service)),
  stopContainer: (service) => docker('stop', container(service)),
  restartContainer: (service) => docker('restart', container(service)),
  pause: (service) => docker('pause', container(service)),
  unpause: (service) => docker('unpause', container(service)),

  /** A signal to its first process behind the engine's back: STOP hangs it, KILL is a crash. */
  async signal(service, signal) {
    const { State: { Pid } } = await stack.inspect(service);
    await run('kill', ['-s', signal, String(Pid)]);
  },

  /** Its cable to one of the project's networks is pulled, and put back. */
  cutOff: (service, network) => docker('network', 'disconnect', `${project}_${network}`, container(service)),
  reconnect: (service, network) => docker('network', 'connect', '--alias', service, `${project}_${network}`, container(service)),

  /** How much memory it may have, while it runs. */
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

  /** Another `.env`: the variant's files in place of the usual ones, with its settings, until `stack.plain()`. */
  async becomes({ files, settings } = {}) {
    await compose(['rm', '--stop', '--force', 'cloudflared']); // as `sidelink setup` says
    variant = { files, settings };
    await compose(['up', '--detach', '--no-build', '--remove-orphans']);
  },

  /** Back to the plain files, ready. */
  async becomesPlain() {
    stack.plain();
    await compose(['up', '--detach', '--no-build', '--remove-orphans']);
    await stack.isReady();
  },

  /** The engine itself; its stream of events ends with it. */
  async restartEngine() {
    stack.events();
    const since = Date.now();
    events.close();
    events = undefined;
    await run(join(repository, 'scripts/engine'), ['restart']);
    events = new Events(project, since);
  },

  /** Proven and ready, brought up if it is not. */
  async isReady() {
    stack.events();
    const status = await stack.statusNow().catch(() => null);
    if (status?.phase !== 'ready') await stack.up();
    return stack.config((config) => config.phase === 'ready' && config.publicUrl);
  },

  /** The runtime configuration through the gateway, as soon as it is as wanted. `seen` gets each on the way. */
  config(wanted = () => true, { seconds = 180, seen, over } = {}) {
    const document = answers.follow({ url: `${gateway}/runtime-config`, number: 'revision', wanted, seen, over, events: stack.events });
    return within(seconds, `runtime-config: ${wanted}`, document);
  },

  /** `/status` of the control port, as soon as it is as wanted. */
  status(wanted, { seconds = 180, seen, over } = {}) {
    const document = answers.follow({ url: `${control}/status`, number: 'sequence', headers: authorization, wanted, seen, over, events: stack.events });
    return within(seconds, `status: ${wanted}`, document);
  },
  /** `/status` after a proof of the link that began no earlier than now. */
  proof: async () => answers.ask(`${control}/verify?maxAge=0s`, await authorization(), 'POST'),
  statusNow: async () => answers.ask(`${control}/status`, await authorization()),

  token: async () => (token ??= (await stack.says('control-token')).stdout.trim()),

  /** `sidelink …` in the sidecar. */
  says: async (...args) => {
    const out = await stack.tries(...args);
    if (out.code !== 0) throw new Error(`sidelink ${args.join(' ')} ended with ${out.code}:\n${out.stdout}${out.stderr}`);
    return out;
  },
  async tries(...args) {
    const begins = () => compose(['exec', '-T', 'sidecar', 'sidelink', ...args], { fine: true });
    const out = await begins();
    if (!NOT_BEGUN.test(out.stdout + out.stderr)) return out;
    console.warn(`the engine did not begin it, so it is asked again: ${out.stdout}${out.stderr}`);
    return begins();
  },

  /** What a service has logged, once `pattern` is in it. */
  log(service, pattern, { seconds = 60, since = '' } = {}) {
    let end;
    const found = new Promise((resolve, reject) => {
      const args = ['compose', 'logs', '--follow', '--no-color', '--no-log-prefix', ...(since ? ['--since', since] : []), service];
      end = follow('docker', args, { env: env(), onText: (text) => pattern.test(text) && resolve(text), onEnd: reject });
    });
    return within(seconds, `${pattern} in the log of ${service}`, found).finally(() => end());
  },

  inspect: async (service) => JSON.parse(await docker('inspect', container(service)))[0],

  /** Every container that Compose made for the project, also those that ended; an image of its passes its name on to `docker run`. */
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

/** The layer that a status waits for. */
export const headline = ({ awaiting, layers }) => layers.find(({ layer }) => layer === awaiting?.layer);

/** One service's row in a status. */
export const row = (status, service) => status.services.find(({ name }) => name === service);

/** Unix milliseconds of an RFC 3339 time with nanoseconds. */
export const time = (text) => Date.parse(text);

const authorization = async () => ({ authorization: `Bearer ${await stack.token()}` });
