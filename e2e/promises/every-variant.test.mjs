// What ARCHITECTURE and the docs promise about containers, in every set of Compose files. Nothing
// is started.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SOCKET, every } from './every.mjs';

/** Ports for phones on the Wi-Fi or for the internet. Every other port is for this machine. */
const OPEN = { livekit: ['7881/tcp', '7882/udp'], domain: ['80/tcp', '443/tcp'] };
/** The only variant that opens the gateway's port for the local network. */
const LAN = { file: 'compose/lan.yaml', service: 'gateway', port: '8080/tcp' };
/**
 * Root without the other capabilities: it makes secrets; it owns the Docker socket; it writes
 * `.env`; it sets rules of its network; the test's internet.
 */
const ROOT = ['init', 'docker-proxy', 'setup', 'relay', 'internet', 'acme'];
/** Chromium needs a writable file system. */
const WRITES = ['phone'];
const CAPABILITIES = {
  init: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'], setup: ['CHOWN', 'DAC_OVERRIDE'], gateway: ['NET_BIND_SERVICE'],
  domain: ['NET_BIND_SERVICE'], internet: ['NET_BIND_SERVICE'], relay: ['NET_ADMIN'],
};
/** No range of systemd's "Users, Groups, UIDs and GIDs" contains them. */
const UNUSED = [[65520, 65533], [60706, 61183]];
/** The images of the test network bring their own users. */
const STAND_INS = ['phone', 'internet', 'acme'];
const MEGABYTE = 1024 ** 2;
const LOG_LIMIT = 30 * MEGABYTE;

let folder, sets;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidelink-promises-'));
  sets = await every(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

/** Runs `check` for each container of each set, and names every violation. */
function holds(check) {
  const broken = sets.flatMap(({ name, services }) => Object.entries(services).flatMap(([service, made]) => {
    const what = check(service, made, services, name);
    return what ? [`${name}: ${service}: ${what}`] : [];
  }));
  assert.deepEqual(broken, []);
}
const sorted = (list = []) => [...list].sort();
const same = (a, b) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
const sources = ({ volumes = [] }) => volumes.filter(({ type }) => type === 'bind').map(({ source }) => source);

test('the sets are complete enough to check', () => {
  assert.ok(sets.length >= 14, `${sets.length} sets`);
  for (const { name, services } of sets) assert.ok(Object.keys(services).length >= 10, name);
});

test('docker-proxy is the only container with the Docker socket, and no container has a folder above one', () => {
  holds((service, made) => sources(made).some((source) => source === SOCKET || source.endsWith('docker.sock')) !== (service === 'docker-proxy') && 'its mounts');
  holds((_, made) => sources(made).find((source) => ['/', '/run', '/var', '/var/run', '/run/elsewhere', '/proc', '/sys', '/etc'].includes(source)));
});

test('ports are on 127.0.0.1 only, except for media, your own domain and the page on the local network', () => {
  holds((service, { ports = [] }, _, name) => {
    const open = ports.filter(({ host_ip: ip }) => ip !== '127.0.0.1').map(({ target, protocol }) => `${target}/${protocol}`);
    const mayBeOpen = (port) => OPEN[service]?.includes(port) || (name.includes(LAN.file) && service === LAN.service && port === LAN.port);
    return !open.every(mayBeOpen) && `${open} on all addresses`;
  });
});

test('on the local network only the gateway is published, once and on IPv4 only', () => {
  const published = sets.filter(({ name }) => name.includes(LAN.file));
  assert.ok(published.length > 0);
  for (const { name, services } of published) {
    const ports = services.gateway.ports.map(({ host_ip: ip, published: port, target }) => [ip, port, target]);
    assert.deepEqual(ports, [['0.0.0.0', '8080', 8080]], name);
    assert.deepEqual(services.sidecar.ports.map(({ host_ip: ip }) => ip), ['127.0.0.1'], name);
  }
});

test('every container drops all capabilities, gains none and writes to its volumes only', () => {
  holds((_, { cap_drop: drop }) => !same(drop, ['ALL']) && `cap_drop ${drop}`);
  holds((service, { cap_add: add = [] }) => !same(add, add.filter((one) => CAPABILITIES[service]?.includes(one))) && `cap_add ${add}`);
  holds((_, { security_opt: options }) => !same(options, ['no-new-privileges:true']) && `security_opt ${options}`);
  holds((service, { read_only: only }) => !only && !WRITES.includes(service) && 'its file system can be written');
  holds((_, { privileged, pid, ipc, uts, devices, userns_mode: userns }) =>
    (privileged || pid || ipc || uts || userns || devices?.length) && 'it shares something with this machine');
  holds((_, { network_mode: mode, command = [] }) => mode === 'host' && !['watch-host', 'host-ip'].includes(command[0]) && 'network of this machine');
});

test("except for the user's own app, no container asks this network's resolver for another container", () => {
  holds((service, { network_mode: mode, dns_opt: options, dns_search: search }) => !mode && ![...STAND_INS, 'app'].includes(service)
    && !(same(options, ['ndots:1']) && same(search, ['.'])) && `dns_opt ${options}, dns_search ${search}`);
});

test('every container has its own user, which does not exist on this machine', () => {
  holds((service, { user }) => {
    if (STAND_INS.includes(service)) return false;
    if (ROOT.includes(service)) return user !== '0:0' && `user ${user}`;
    const [uid, gid] = (user ?? '').split(':').map(Number);
    return !(UNUSED.some(([first, last]) => uid >= first && uid <= last) && uid === gid) && `user ${user}`;
  });
  holds((service, { user }, services) => !ROOT.includes(service) && user !== undefined
    && Object.entries(services).some(([other, made]) => other !== service && made.user === user) && `user ${user} is another's too`);
});

test('every container has limits of memory and processes, and rotates its log', () => {
  holds((_, { mem_limit: memory, pids_limit: pids }) => !(Number(memory) > 0 && Number(pids) > 0) && `memory ${memory}, processes ${pids}`);
  holds((_, { logging }) => {
    const { 'max-size': size = '', 'max-file': files = '' } = logging?.options ?? {};
    const bytes = Number(/^(\d+)m$/.exec(size)?.[1]) * MEGABYTE * Number(files);
    return !(bytes <= LOG_LIMIT) && `${logging?.driver}, ${size} × ${files}`;
  });
});

// Docker refuses a container whose limit is above the engine's own, or that has more processors
// than the machine.
test('no limit keeps a container from starting on another machine', () => {
  holds((_, { ulimits, cpus }) => (ulimits || cpus) && 'ulimits or cpus');
});

test("the user's secrets are mounted into init only", () => {
  holds((service, { secrets = [] }) => secrets.length > 0 && service !== 'init' && `secrets ${secrets.map(({ source }) => source)}`);
  // `setup` writes them.
  holds((service, made) => service !== 'setup' && sources(made).find((source) => /\/secrets(\/|$)/.test(source)));
});

test('no secret is in an environment, a command, a healthcheck or a label', () => {
  const named = /TOKEN|SECRET|PASSWORD|PASSWD|AUTH|KEY/;
  holds((_, { environment = {} }) => Object.entries(environment).find(([key, value]) => named.test(key) && !/_FILE$/.test(key) && value)?.[0]);
  holds((_, { env_file: file }) => file?.length && 'env_file');
  // `$(cat …)` of a shell puts a file's content where `ps` shows it, unless it is an assignment
  // before a program.
  holds((_, { command, entrypoint, healthcheck }) => [command, entrypoint, healthcheck?.test].flat()
    .find((part) => /\$\$?\(.*\/(run|secrets|etc)\//.test(part ?? '') && !/^[A-Z_]+="\$\$?\(cat [^)]+\)" /.test(part ?? '')));
});

test('an image that is built here is never pulled', () => {
  holds((_, { image, pull_policy: policy }) => /^sidelink\//.test(image) && !/stand-in/.test(image) && policy !== 'never' && `${image}: ${policy}`);
});

test('each volume with secrets has one reader', () => {
  for (const { name, services } of sets) {
    const readers = {};
    for (const [service, { volumes = [] }] of Object.entries(services)) {
      for (const { source } of volumes) if (/^secrets-/.test(source ?? '') && service !== 'init') (readers[source] ??= []).push(service);
    }
    for (const [volume, of] of Object.entries(readers)) assert.equal(of.length, 1, `${name}: ${volume} is read by ${of}`);
  }
});

test('a container with this folder has no network', () => {
  holds((service, { network_mode: mode }) => ['init', 'setup'].includes(service) && mode !== 'none' && `network_mode ${mode}`);
});
