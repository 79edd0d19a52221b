// SIGTERM while clients follow: their connections close cleanly, and the process ends.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { ask } from '../support/answers.mjs';
import { within } from '../support/process.mjs';
import { control, local, stack } from '../support/stack.mjs';

before(() => stack.isReady(), { timeout: 180_000 });
after(async () => {
  await stack.start('sidecar');
  await stack.isReady();
  await stack.close();
}, { timeout: 180_000 });

test('open WebSockets and long polls end cleanly, and so does the process', { timeout: 60_000 }, async (t) => {
  const { publicUrl, revision } = await stack.config();
  const sockets = await Promise.all([open(control), open(local)]);
  const polls = [control, local.replace('localhost', '127.0.0.1')]
    .map((endpoint) => ask(`${endpoint}/runtime-config?after=${revision + 1e6}&wait=60s`).catch((error) => error));
  await stack.statusNow(); // the requests before it have arrived

  const from = stack.events().count;
  const ofSidecar = (action) => stack.events().next(`the sidecar's ${action}`, (event) => event.service === 'sidecar' && event.action === action, { from });
  const stopped = stack.stop('sidecar');
  const [kill, die] = await Promise.all([ofSidecar('kill'), ofSidecar('die')]);
  await stopped;
  t.diagnostic(`SIGTERM -> end of the process: ${Math.round(die.at - kill.at)} ms`);
  assert.equal(die.exitCode, 0);

  for (const socket of sockets) {
    const end = await within(10, 'the WebSocket ends', socket.ended);
    assert.equal(end, 'close frame', socket.url);
  }
  for (const poll of polls) {
    const answer = await within(10, 'the long poll ends', poll);
    assert.equal(answer.publicUrl, publicUrl, answer.message);
  }

  await stack.start('sidecar');
  const again = await stack.config(({ phase, revision: now }) => phase === 'ready' && now > revision);
  assert.equal(again.publicUrl, publicUrl, 'the public URL changed');
});

/** A WebSocket that reports the kinds of its frames. Node has one since version 22 only. */
function open(endpoint) {
  const url = `${endpoint}/runtime-config/ws`;
  return new Promise((resolve, reject) => {
    const sent = request(url.replace('localhost', '127.0.0.1'), {
      headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': Buffer.alloc(16).toString('base64') },
    });
    sent.on('error', reject);
    sent.on('response', ({ statusCode }) => reject(new Error(`${url} answered ${statusCode}`)));
    sent.on('upgrade', (_, socket, head) => {
      let bytes = head;
      const ended = new Promise((done) => {
        socket.on('data', (more) => (bytes = Buffer.concat([bytes, more])));
        socket.on('error', (error) => done(error.message));
        socket.on('close', () => done(opcodes(bytes).at(-1) === 8 ? 'close frame' : 'no close frame'));
      });
      const first = () => opcodes(bytes).length > 0 && resolve({ url, ended });
      socket.on('data', first);
      first();
    });
    sent.end();
  });
}

/** The opcodes of a server's frames, which are not masked. */
function opcodes(bytes) {
  const found = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const short = bytes[at + 1] & 0x7f;
    const header = { 126: 4, 127: 10 }[short] ?? 2;
    if (at + header > bytes.length) break;
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
    found.push(bytes[at] & 0x0f);
    at += header + length;
  }
  return found;
}
