// HOST_IP is not an address of this machine: the status reports it with the line for .env, and the
// public URL keeps working.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from '../support/process.mjs';
import { compose, docker, project, row, stack, time } from '../support/stack.mjs';

const HOST_IP = '10.99.99.99';
/**
 * A bridge with that address: while it exists, this machine is in the Wi-Fi for which HOST_IP is
 * right.
 */
const WIFI = `${project}-e2e-wifi`;
const SECONDS = 10;

before(() => stack.isReady(), { timeout: 180_000 });
after(async () => {
  await run('docker', ['network', 'rm', WIFI], { fine: true });
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 180_000 });

const up = (hostIp, ...options) => compose(['up', '--detach', '--no-build', ...options], { env: { HOST_IP: hostIp } });
const isWrong = (status) => row(status, 'host-ip')?.reason?.code === 'host_ip_wrong';
const isRight = (status) => row(status, 'host-ip')?.state === 'ok';

test('a HOST_IP that this machine does not have is reported within 10 s of the start, and is a warning', { timeout: 180_000 }, async (t) => {
  const first = await stack.status(isRight, { seconds: SECONDS });
  const livekit = await stack.inspect('livekit');
  await up(HOST_IP, '--wait');
  const status = await stack.status(isWrong, { seconds: SECONDS });
  const { reason, state, required, since } = row(status, 'host-ip');
  const { State: { StartedAt } } = await stack.inspect('host-ip');
  const took = time(since) - time(StartedAt);
  t.diagnostic(`started -> reported ${took} ms`);
  assert.ok(took < SECONDS * 1000, `${took} ms`);
  assert.deepEqual([state, required], ['limited', false]);

  const [, here] = /^HOST_IP is 10\.99\.99\.99, but this machine has (\d+(?:\.\d+){3}): phones on this Wi-Fi get no video$/.exec(reason.message) ?? [];
  assert.ok(here, reason.message);
  assert.equal(reason.next, `Set \`HOST_IP=${here}\` in \`.env\`, then \`docker compose up -d\``);
  assert.match(reason.messagePt, /^HOST_IP é 10\.99\.99\.99, mas esta máquina tem /);
  assert.match(reason.nextPt, /^Defina `HOST_IP=/);

  const ready = await stack.status(({ phase, publicUrl }) => phase === 'ready' && publicUrl, { seconds: 90 });
  assert.equal(ready.publicUrl, first.publicUrl, 'the public URL stays');
  assert.ok(isWrong(ready));
  assert.match((await stack.sidelink('status')).stdout, /! host-ip .*HOST_IP is 10\.99\.99\.99, .*\n +→ Set `HOST_IP=/);
  const { code, stdout } = await stack.trySidelink('doctor');
  assert.equal(code, 0, stdout);
  assert.match(stdout, /! host-ip .*HOST_IP is 10\.99\.99\.99, .*\n +→ Set `HOST_IP=/);
  await stack.log('sidecar', /host-ip: HOST_IP is 10\.99\.99\.99, .* → Set `HOST_IP=/);
  assert.notEqual((await stack.inspect('livekit')).Id, livekit.Id, 'LiveKit was not recreated, and reads the address at its start only');
});

test('this machine joins the Wi-Fi of HOST_IP and leaves it: both are reported within 10 s, and the stack stays ready', { timeout: 120_000 }, async (t) => {
  const phases = new Set();
  const onEach = ({ phase }) => phases.add(phase);
  for (const [command, until, options] of [
    ['create', isRight, ['--subnet', '10.99.99.0/24', '--gateway', HOST_IP]],
    ['rm', isWrong, []],
  ]) {
    const began = Date.now();
    await docker('network', command, ...options, WIFI);
    await stack.status(until, { seconds: SECONDS, onEach });
    t.diagnostic(`network ${command} -> reported ${Date.now() - began} ms`);
  }
  assert.deepEqual([...phases], ['ready']);
});
