// What the engine and the kernel report about the running containers, independent of the Compose
// files.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { links } from '../support/links.mjs';
import { run } from '../support/process.mjs';
import { secrets } from '../support/secrets.mjs';
import { container, control, docker, local, project, stack } from '../support/stack.mjs';

const ROOT = ['init', 'docker-proxy', 'internet', 'acme', 'phone'];
const CANARY = `canary-${randomBytes(16).toString('hex')}`;
const STRANGER = `${project}-canary-1`;

let containers, made;

before(async () => {
  await stack.isReady();
  containers = await stack.containers();
  made = await secretsOf();
}, { timeout: 240_000 });
after(async () => {
  await run('docker', ['rm', '--force', STRANGER], { fine: true });
  await stack.close();
});

const running = () => containers.filter(({ State }) => State.Running);
const broken = (check) => containers.flatMap((each) => (check(each) ? [each.service] : []));

/** Names and contents of the secrets that `init` made for the sidecar, which has all of them. */
async function secretsOf() {
  const names = (await docker('run', '--rm', '--network', 'none', '--user', '0:0', '--volume', `${project}_secrets-sidecar:/s:ro`, '--entrypoint', 'sh',
    'redis:8.0.2', '-c', 'cd /s && for f in *; do echo "$f $(cat "$f")"; done')).split('\n').map((line) => line.split(' '));
  return names.filter(([name]) => name !== 'instance');
}

test('no container has more rights, mounts or resources than it needs', () => {
  assert.ok(containers.length >= 10, `${containers.length}`);
  assert.deepEqual(broken(({ HostConfig: h }) => JSON.stringify(h.CapDrop) !== '["ALL"]'), []);
  assert.deepEqual(broken(({ HostConfig: h }) => !h.SecurityOpt?.includes('no-new-privileges:true') || h.Privileged), []);
  assert.deepEqual(broken(({ HostConfig: h, service }) => !h.ReadonlyRootfs && service !== 'phone'), []);
  assert.deepEqual(broken(({ HostConfig: h }) => !(h.Memory > 0 && h.PidsLimit > 0)), []);
  assert.deepEqual(broken(({ HostConfig: { LogConfig: log } }) => !(log.Config['max-size'] && log.Config['max-file'])), []);
  assert.deepEqual(broken(({ Config, service }) => !ROOT.includes(service) && !/^(655[23]\d|60800):\1$/.test(Config.User)), []);
});

test('the Docker socket is in one container, and the user\'s secrets are in no running one', () => {
  assert.deepEqual(broken(({ Mounts }) => Mounts.some(({ Source }) => Source.endsWith('docker.sock'))), ['docker-proxy']);
  assert.deepEqual(broken(({ Mounts, service }) => service !== 'init' && Mounts.some(({ Destination }) => Destination.startsWith('/run/secrets'))), []);
});

test('8080 and 8788 answer on loopback only', () => {
  const open = containers.flatMap(({ service, HostConfig: { PortBindings: bindings } }) => Object.entries(bindings ?? {})
    .flatMap(([port, to]) => to.filter(({ HostIp }) => HostIp !== '127.0.0.1').map(() => `${service} ${port}`)));
  assert.deepEqual(open.sort(), ['livekit 7881/tcp', 'livekit 7882/udp']);
});

test("no secret is in an inspection, a log or a process's arguments", { timeout: 120_000 }, async () => {
  assert.ok(made.length >= 10, `${made.length}`);
  assert.deepEqual(await secrets.placesOf(made.map(([, secret]) => secret), containers), []);
});

test('each program runs as its own user, with no capability that it could gain', async () => {
  const users = new Map();
  for (const { State: { Pid }, service } of running()) {
    if (ROOT.includes(service)) continue;
    const status = await readFile(`/proc/${Pid}/status`, 'utf8');
    const uid = /^Uid:\s+(\d+)/m.exec(status)[1];
    assert.equal(users.get(uid), undefined, `${service} and ${users.get(uid)} share user ${uid}`);
    users.set(uid, service);
    assert.match(status, /^NoNewPrivs:\s+1$/m, service);
    assert.match(status, /^CapEff:\s+0+(400)?$/m, service); // 400: NET_BIND_SERVICE
  }
});

// 20,000 pages follow the configuration, each with a file descriptor: a soft limit of 1024 would
// stop the accept loop.
test('a service with many connections has the highest limit of open files that the engine allows', async () => {
  for (const service of ['sidecar', 'gateway', 'redis', 'livekit']) {
    const { State: { Pid } } = await stack.inspect(service);
    const [, soft, hard] = /^Max open files\s+(\d+)\s+(\d+)/m.exec(await readFile(`/proc/${Pid}/limits`, 'utf8'));
    assert.ok(soft === hard || Number(soft) >= 20_000, `${service}: ${soft} of ${hard}`);
  }
});

test('no environment of a container reaches a status, a report, a metric or a log', { timeout: 120_000 }, async () => {
  const labels = { 'com.docker.compose.project': project, 'com.docker.compose.service': 'canary', 'com.docker.compose.oneoff': 'False',
    'com.docker.compose.container-number': '1', 'sidelink.role': 'canary', 'sidelink.required': 'false' };
  await docker('run', '--detach', '--name', STRANGER, '--network', 'none', ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    '--env', `DATABASE_PASSWORD=${CANARY}`, '--entrypoint', 'sleep', 'redis:8.0.2', '600');
  await stack.status(({ services }) => services.some(({ name }) => name === 'canary'));
  const authorization = { authorization: `Bearer ${await stack.token()}` };
  const text = async (path) => (await fetch(`${control}${path}`, { headers: authorization })).text();
  for (const path of ['/status', '/doctor', '/metrics', '/runtime-config']) assert.ok(!(await text(path)).includes(CANARY), path);
  const bundle = await run('sh', ['-c', `docker exec ${container('sidecar')} sidelink doctor --bundle - | gunzip -c | grep -c ${CANARY} || true`]);
  assert.equal(bundle.stdout.trim(), '0', 'the bug report');
  const log = await run('docker', ['logs', container('sidecar')]);
  assert.ok(!(log.stdout + log.stderr).includes(CANARY), 'the log');
  await docker('rm', '--force', STRANGER);
});

test("no link's token is in the metrics, and no visitor's path restarts anything", { timeout: 120_000 }, async () => {
  const { token } = await links.made();
  const joined = await links.join(token);
  assert.equal(joined.status, 200, joined.text);
  const metrics = await (await fetch(`${control}/metrics`)).text();
  assert.ok(metrics.length > 100 && !metrics.includes(token) && !metrics.includes(joined.body.token), 'metrics');
  const before = running().map(({ State }) => State.StartedAt).sort();
  for (const path of ['/sidelink/services/icecast/restart', '/services/icecast/restart', '/sidelink/../services/icecast/restart', '/sidelink/tunnel/wake', '/sidelink/dashboard/code']) {
    const answer = await fetch(`${local}${path}`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } });
    assert.ok([404, 405].includes(answer.status), `${path}: ${answer.status}`);
  }
  containers = await stack.containers();
  assert.deepEqual(running().map(({ State }) => State.StartedAt).sort(), before);
  await links.revoke(token);
});
