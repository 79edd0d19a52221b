// Bounded floods from one address over loopback: wrong passwords, and connections whose request
// never ends.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { links } from '../support/links.mjs';
import { within } from '../support/process.mjs';
import { local, stack } from '../support/stack.mjs';

const COUNT = 400;
/** The gateway waits 10 s for the headers of a request. */
const CLOSED_IN_SECONDS = 15;

before(() => stack.isReady(), { timeout: 240_000 });
after(() => stack.close());

const signIn = async (password) => {
  const answer = await fetch(`${local}/api/signin`, {
    method: 'POST', headers: { 'content-type': 'application/json', origin: local }, body: JSON.stringify({ password }), signal: AbortSignal.timeout(10_000),
  });
  await answer.arrayBuffer();
  return answer.status;
};

test('400 wrong passwords from one address: the right one is accepted meanwhile and afterwards', { timeout: 30_000 }, async (t) => {
  const password = (await stack.sidelink('password')).stdout.trim();
  const wrong = Array.from({ length: COUNT }, (_, at) => signIn(`wrong-${at}`));
  assert.equal(await signIn(password), 204);
  const statuses = await Promise.all(wrong);
  const refused = statuses.filter((status) => status === 429).length;
  t.diagnostic(`${COUNT} wrong passwords, ${refused} answered 429`);
  assert.ok(refused >= COUNT - 10, `${refused}`);
  assert.deepEqual(statuses.filter((status) => status !== 403 && status !== 429), []);
  assert.equal(await signIn(password), 204);
});

/** A connection that sends part of a request's headers and nothing more. */
function unfinished() {
  const { hostname, port } = new URL(local.replace('localhost', '127.0.0.1'));
  const socket = connect(port, hostname);
  const closed = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
  const open = new Promise((resolve, reject) => {
    socket.on('error', reject).on('connect', () => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-Never: ', resolve));
  });
  socket.resume(); // the server's answer does not matter
  return { socket, open, closed };
}

test('400 unfinished requests at the gateway: other visitors are served, and the gateway closes them', { timeout: 40_000 }, async (t) => {
  const held = Array.from({ length: COUNT }, unfinished);
  try {
    const began = Date.now();
    await Promise.all(held.map(({ open }) => open));
    const answers = await Promise.all(['/', '/runtime-config'].map((path) => fetch(local + path, { signal: AbortSignal.timeout(5_000) })));
    assert.deepEqual(answers.map(({ status }) => status), [200, 200]);
    assert.equal(held.filter(({ socket }) => socket.readyState === 'open').length, COUNT, 'the gateway closed some of them already');
    assert.equal((await links.make(undefined, { wait: 25 })).status, 201);
    await within(CLOSED_IN_SECONDS, 'the gateway closes them', Promise.all(held.map(({ closed }) => closed)));
    t.diagnostic(`${COUNT} connections closed ${Date.now() - began} ms after the first was opened`);
  } finally {
    for (const { socket } of held) socket.destroy();
  }
});
