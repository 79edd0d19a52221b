// A link is valid until it ends. Restarts of Redis and the sidecar and a new hostname do not end
// it.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CONSULTATION, links, throughEdge } from '../support/links.mjs';
import { run } from '../support/process.mjs';
import { control, local, row, stack, temporaryFolder } from '../support/stack.mjs';

before(() => stack.isReady(), { timeout: 180_000 });
after(async () => {
  await stack.start('redis');
  await stack.isReady();
  await stack.close();
}, { timeout: 180_000 });

const MAX_VERIFICATION_AGE_MS = 5_000;

test('a link is issued on a fresh verification, opens one room, and ends when it is revoked', { timeout: 60_000 }, async (t) => {
  const { publicUrl } = await stack.isReady();
  const link = await links.made();
  const age = Date.now() - Date.parse(link.verifiedAt);
  t.diagnostic(`verification ${age} ms old`);
  assert.ok(age <= MAX_VERIFICATION_AGE_MS + 200, `a verification ${age} ms old`);
  assert.equal(link.consultationUrl, `${publicUrl}/consultations/client/${link.token}`);
  assert.ok(Buffer.from(link.token, 'base64url').length >= 16, 'the token is short enough to guess');
  assert.ok(!link.room.includes(link.token) && !link.token.includes(link.room));
  assert.match(link.qr, /^<(\?xml|svg)/);

  const [first, second] = [await links.join(link.token), await links.join(link.token)];
  assert.deepEqual([first.status, second.status], [200, 200], first.text);
  assert.notEqual(first.body.identity, second.body.identity, 'the second participant would replace the first');
  const again = await links.join(link.token, { name: 'Bia', resume: first.body.resume });
  assert.equal(again.body.identity, first.body.identity, 'a reload is another participant');
  const other = await fetch(`${local}/api/livekit-token`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ room: link.room, name: 'Eve' }),
  });
  assert.deepEqual([other.status, (await other.json()).error.code], [400, 'room_reserved'], 'the room opens without its link');
  const claims = JSON.parse(Buffer.from(first.body.token.split('.')[1], 'base64url'));
  assert.deepEqual([claims.video.room, claims.video.roomJoin, claims.video.roomAdmin ?? false], [link.room, true, false]);

  assert.equal((await links.revoke(link.token)).status, 204);
  const gone = await links.join(link.token);
  const never = await links.join('A'.repeat(link.token.length));
  assert.deepEqual([gone.status, gone.text], [404, never.text], 'a revoked and an unknown token get different responses');
});

test('Redis is killed and comes back, the sidecar is restarted: the link is still valid', { timeout: 120_000 }, async () => {
  const link = await links.made();
  await stack.kill('redis');
  // The status has to report its end first: until then the stack looks as ready as before.
  await stack.status((status) => row(status, 'redis').state !== 'ok');
  const back = await stack.status((status) => row(status, 'redis').state === 'ok' && status.phase === 'ready', { seconds: 60 });
  const joined = await links.join(link.token);
  assert.equal(joined.status, 200, `${joined.text} ${JSON.stringify(row(back, 'redis'))}`);
  await stack.restart('sidecar');
  await stack.isReady();
  const kept = await links.get(link.token);
  assert.deepEqual([kept.status, kept.body?.consultationUrl, kept.body?.staleAddress], [200, link.consultationUrl, false]);
  assert.equal((await links.join(link.token)).status, 200);
  await links.revoke(link.token);
});

test('without Redis no link is created, and the error names Redis', { timeout: 120_000 }, async () => {
  const link = await links.made();
  const { sequence, links: before } = (await links.list()).body;
  await stack.stop('redis');
  try {
    await stack.status((status) => row(status, 'redis').state !== 'ok');
    const [made, joined] = [await links.make(), await links.join(link.token)];
    for (const { status, body, headers } of [made, joined]) {
      assert.deepEqual([status, body.error.code], [503, 'redis_down'], JSON.stringify(body));
      assert.ok(Number(headers.get('retry-after')) >= 1, 'Retry-After is missing');
      assert.match(`${body.error.message} ${body.error.messagePt}`, /Redis.*Redis/s);
    }
  } finally {
    await stack.start('redis');
  }
  await stack.status((status) => row(status, 'redis').state === 'ok' && status.phase === 'ready', { seconds: 60 });
  assert.equal((await links.join(link.token)).status, 200);
  const now = (await links.list()).body;
  assert.deepEqual(now.links.map(({ token }) => token), before.map(({ token }) => token), `since ${sequence}`);
  await links.revoke(link.token);
});

test('the same idempotency key creates one link, also for concurrent requests', { timeout: 60_000 }, async () => {
  const key = `key-${Date.now()}`;
  const answers = await Promise.all(Array.from({ length: 8 }, () => links.make(CONSULTATION, { wait: 25, key })));
  const tokens = new Set(answers.map(({ body }) => body.token));
  assert.deepEqual([tokens.size, new Set(answers.map(({ status }) => status)).size], [1, 1], JSON.stringify(answers.map(({ status }) => status)));
  const other = await links.make({ ...CONSULTATION, clientId: 'caio' }, { key });
  assert.deepEqual([other.status, other.body.error.code], [422, 'idempotency_key_reused']);
  await links.revoke([...tokens][0]);
});

test('under a new hostname the link is the same, its address is stale, and a resend clears that', { timeout: 120_000 }, async () => {
  const link = await links.made();
  const old = new URL(link.consultationUrl).origin;
  await stack.restart('cloudflared');
  const { publicUrl } = await stack.config((config) => config.phase === 'ready' && config.publicUrl && config.publicUrl !== old);
  const moved = (await links.get(link.token)).body;
  assert.deepEqual([moved.consultationUrl, moved.staleAddress], [`${publicUrl}/consultations/client/${link.token}`, true]);
  const again = await links.resend(link.token, { wait: 25 });
  assert.deepEqual([again.status, again.body.consultationUrl], [200, moved.consultationUrl], again.text);
  assert.equal((await links.get(link.token)).body.staleAddress, false);

  // A page of the old hostname may call the new one, and a foreign page may not.
  const path = `/sidelink/links/${link.token}/join`;
  const from = (origin) => throughEdge(publicUrl, path, { method: 'POST', body: { name: 'Bia' }, headers: { origin } });
  const [own, foreign] = [await from(old), await from('https://evil.example')];
  assert.deepEqual([own.status, own.headers['access-control-allow-origin']], [200, old]);
  assert.equal(foreign.headers['access-control-allow-origin'], undefined);
  const preflight = await throughEdge(publicUrl, path, {
    method: 'OPTIONS', headers: { origin: old, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
  });
  assert.ok(preflight.status < 300, `a preflight is answered ${preflight.status}`);
  assert.match(preflight.headers['access-control-allow-headers'], /content-type/i);
  const asLocal = await fetch(`${local}/runtime-config`, { headers: { origin: old } });
  assert.equal(asLocal.headers.get('access-control-allow-origin'), null, 'a foreign page can read localhost');
  await links.revoke(link.token);
});

test('each wrong field is named, with the fix, and no link is created', { timeout: 60_000 }, async () => {
  const before = (await links.list()).body.links.length;
  const wrong = {
    professionalId: ['', 'a'.repeat(129), 'a\u0000b', 7, null],
    clientId: ['', 'a\nb', {}],
    consultationType: ['', 'a'.repeat(65), ['first']],
    ttl: [59, 2_592_001, 1.5, '1h'],
    maxParticipants: [1, 51, 'two'],
    pathTemplate: ['c/${token}', '//evil.example/${token}', '@evil.example/${token}', '/c', '/${token}/${elsewhere}', '/\\evil.example/${token}', '/a b/${token}', `/${'a'.repeat(600)}\${token}`],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const { status, body } = await links.make({ ...CONSULTATION, [field]: value });
      assert.equal(status, 400, `${field}: ${JSON.stringify(value)}`);
      assert.ok(body.error.message && body.error.messagePt && body.error.fix, JSON.stringify(body));
      assert.match(JSON.stringify(body.error), new RegExp(field === 'pathTemplate' ? 'pathTemplate|placeholder' : field), `${field}: ${JSON.stringify(value)}`);
    }
  }
  const unknown = await links.make({ ...CONSULTATION, pathTemplate: '/c/${token}/${elsewhere}' });
  assert.match(unknown.body.error.message, /elsewhere/);
  for (const body of ['', '{', '[]', JSON.stringify({ ...CONSULTATION, extra: 1 }), 'x'.repeat(20_000)]) {
    const { status } = await links.make(body);
    assert.ok([400, 413].includes(status), `${body.slice(0, 20)}: ${status}`);
  }
  assert.equal((await links.list()).body.links.length, before);
});

const FLOOD_S = 5;

test('during a thousand wrong tokens a second from one address no other visitor is refused, and all wrong tokens get the same response', { timeout: 90_000 }, async (t) => {
  const link = await links.made();
  const { publicUrl } = await stack.config(({ phase }) => phase === 'ready');
  const quiet = await joins(publicUrl, link.token);
  const flood = wrongTokens(link.token);
  const beside = await joins(publicUrl, link.token);
  const { answers, asked } = await flood;
  t.diagnostic(`${asked} wrong tokens in ${FLOOD_S} s; another visitor's join: ${times(quiet)} before, ${times(beside)} meanwhile`);
  assert.deepEqual(beside.map(({ status }) => status).filter((status) => status !== 200), [], 'another visitor was refused');
  assert.deepEqual(answers.map(({ status }) => status).sort(), [404, 429], 'two wrong tokens were answered differently');
  const right = await links.join(link.token);
  assert.equal(right.status, 200, 'a valid token is refused for wrong ones of its address');
  await links.revoke(link.token);
});

/** Joins one after the other, as a visitor who opened the link. */
async function joins(publicUrl, token) {
  const all = [];
  for (let turn = 0; turn < 12; turn += 1) {
    const began = performance.now();
    const { status } = await throughEdge(publicUrl, `/sidelink/links/${token}/join`, { method: 'POST', body: { name: 'Bia' } });
    all.push({ status, ms: performance.now() - began });
  }
  return all;
}

/**
 * Every distinct response, and the number of requests: ten connections, each with a request every
 * 10 ms, in a separate process.
 */
async function wrongTokens(token) {
  const script = join(await temporaryFolder(), 'wrong.lua');
  await writeFile(script, `
    local number = 0
    function setup(thread) worker = thread end
    function delay() return 9 end
    function request()
      number = number + 1
      local path = string.format('/sidelink/links/%0${token.length}d/join', number)
      return wrk.format('POST', path, { ['Content-Type'] = 'application/json' }, '{"name":"Eve"}')
    end
    answers = {}
    function response(status, headers, body) answers[status .. ' ' .. body] = true end
    function done(summary)
      local all = worker:get('answers')
      for answer in pairs(all) do io.write('answer ' .. answer .. '\\n') end
      io.write('asked ' .. summary.requests .. '\\n')
    end`);
  const url = local.replace('localhost', '127.0.0.1');
  const { stdout } = await run('wrk', ['--threads', '1', '--connections', '10', '--duration', `${FLOOD_S}s`, '--script', script, url]);
  const answers = [...stdout.matchAll(/^answer (\d+) (.*)$/gm)].map(([, status, text]) => ({ status: Number(status), text }));
  return { answers, asked: Number(stdout.match(/^asked (\d+)$/m)[1]) };
}

function times(joins) {
  const sorted = joins.map(({ ms }) => ms).sort((a, b) => a - b);
  return `median ${sorted[sorted.length >> 1].toFixed(0)} ms, longest ${sorted.at(-1).toFixed(0)} ms`;
}

test("no link's token is in any log or metric", { timeout: 60_000 }, async () => {
  const link = await links.made({ ...CONSULTATION, clientId: '<img src=x onerror=alert(1)>' });
  const { body: { resume } } = await links.join(link.token);
  await links.report(link.token, { resume, media: 'lan', signal: true });
  await links.join(`${link.token}x`);
  const metrics = await (await fetch(`${control}/metrics`)).text();
  const texts = [['metrics', metrics]];
  for (const { Name } of await stack.containers()) {
    const { stdout, stderr } = await run('docker', ['logs', Name.slice(1)]);
    texts.push([`docker logs ${Name}`, stdout + stderr]);
  }
  for (const [where, text] of texts) {
    for (const secret of [link.token, resume]) assert.ok(!text.includes(secret), where);
  }
  await links.revoke(link.token);
});
