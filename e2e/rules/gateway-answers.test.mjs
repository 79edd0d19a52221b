// Answers that the gateway gives in place of the app, and its reports to the sidecar.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, docker, eventually } from './containers.mjs';
import { Gateway, ready } from './gateway.mjs';

let gateway;
const host = 'x.trycloudflare.com';
const page = { host, accept: 'text/html,*/*;q=0.8' };
const overCloudflare = { 'CF-Ray': '8f-GRU', 'CF-Connecting-IP': '198.51.100.7' };

before(async () => {
  gateway = await Gateway.opens({ change: (text) => text.replaceAll('90s', '1s') });
  await ready(gateway.tunnel, ask);
});
after(() => gateway.close());

const reported = async (kind, times = 1) => (await gateway.notices()).filter((notice) => notice === kind).length === times;

test('an answer that does not begin in time is 504 too_slow, over Cloudflare only', async () => {
  const json = await ask(gateway.tunnel, '/never', { headers: { host, ...overCloudflare } });
  assert.deepEqual([json.status, JSON.parse(json.body).error.code], [504, 'too_slow']);
  assert.ok(JSON.parse(json.body).error.messagePt);
  const html = await ask(gateway.tunnel, '/never', { headers: { ...page, ...overCloudflare } });
  assert.equal(html.status, 504);
  assert.match(html.headers['content-type'], /^text\/html/);
  assert.match(html.body, /<html lang="en">[^]*takes too long/);
  assert.doesNotMatch(html.body, /script|refresh|did not receive|may have (been )?processed/i, 'nothing is asked again without a person');
  for (const answer of [json, html]) {
    assert.equal(answer.headers['x-sidelink-preparing'], undefined);
    assert.equal(answer.headers['x-sidelink-trouble'], 'too_slow');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['retry-after'], undefined);
  }
  await eventually('both are reported', () => reported('too_slow', 2), 3000);
  for (const port of [gateway.local, gateway.tunnel]) {
    await assert.rejects(ask(port, '/never', { headers: { host: port === gateway.local ? 'localhost' : host }, patience: 2500 }), /no answer/, 'no tunnel of Cloudflare limits this');
  }
});

test('an app that ends during a request is 502 app_gone, and the request is not repeated', async () => {
  for (const [language, text] of [['en', /ended before it answered/], ['pt-BR', /encerrou antes de responder/]]) {
    const answer = await ask(gateway.tunnel, '/die', { headers: { ...page, 'accept-language': language } });
    assert.deepEqual([answer.status, answer.headers['x-sidelink-trouble'], answer.headers['x-sidelink-preparing']], [502, 'app_gone', undefined]);
    assert.match(answer.body, text);
    assert.match(answer.body, new RegExp(`<html lang="${language}">`));
    assert.doesNotMatch(answer.body, /<script|refresh/);
  }
  const posted = await ask(gateway.local, '/die', { method: 'POST', headers: { host: 'localhost', accept: 'application/json' }, body: 'a=1' });
  assert.deepEqual([posted.status, JSON.parse(posted.body).error.code], [502, 'app_gone']);
});

test('an event stream over a quick tunnel is reported; elsewhere it is not', async () => {
  await ask(gateway.tunnel, '/events', { headers: { host: 'radio.example.org' } });
  await ask(gateway.local, '/events', { headers: { host: 'localhost' } });
  await ask(gateway.tunnel, '/pieces', { headers: { host } });
  const answer = await ask(gateway.tunnel, '/events', { headers: { host } });
  assert.equal(answer.body, 'data: 1\n\ndata: 2\n\ndata: 3\n\n');
  assert.equal(answer.headers['content-type'], 'text/event-stream');
  await eventually('it is reported', () => reported('event_stream'), 3000);
});

test('a body of more than 100 MB is reported, because Cloudflare refuses it', async () => {
  await ask(gateway.local, '/', { method: 'POST', headers: { host: 'localhost', 'content-length': '104857600' }, body: Buffer.alloc(104857600) });
  await ask(gateway.local, '/', { method: 'POST', headers: { host: 'localhost' }, body: Buffer.alloc(20e6) });
  await eventually('it is reported', () => reported('large_upload'), 3000);
});

test('a report has a kind and numbers, and nothing that a visitor sent', async () => {
  await ask(gateway.tunnel, '/never/token-in-the-path?q=token-in-the-query', { headers: { host, cookie: 'a=token-in-a-cookie', ...overCloudflare } });
  await eventually('it is reported', () => reported('too_slow', 3), 3000);
  const lines = await (await fetch(`http://127.0.0.1:${gateway.reports}/`)).text();
  assert.doesNotMatch(lines, /token|trycloudflare|198\.51|cookie/i);
  assert.doesNotMatch(await docker('logs', gateway.container), /token-in/);
});

test('a link that was copied with trailing punctuation still opens', async () => {
  const tails = ['.', ',', ')', ']', '"', "'", '>', '…', '%E2%80%A6', '%29', '%2E', '%22', '%5D', '%3E', '.)', ').', '”', '%E2%80%9D', '!', '*', '%7D'];
  const missing = { ...page, 'x-missing': '1' };
  for (const tail of tails) {
    for (const clean of ['/a/aB-_9', '/']) {
      if (clean + tail === '/.' || clean + tail === '/%2E') continue; // every client sends this as `/`
      const path = tail.startsWith('%') ? clean + tail : clean + encodeURI(tail);
      const answer = await ask(gateway.tunnel, path, { headers: missing });
      assert.deepEqual([answer.status, answer.headers.location], [308, clean], path);
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.equal((await ask(gateway.tunnel, path, { headers: page })).status, 200, `${path}: what the app has is the app's`);
    }
  }
  const unchanged = ['/a/b', '/a.html', '/a?b).', '/a%2Fb)', '/a b)', '/a%0Ab)', '/ç)'].map(encodeURI);
  for (const path of unchanged) assert.equal((await ask(gateway.tunnel, path, { headers: missing })).status, 404, path);
  assert.equal((await ask(gateway.tunnel, '//evil.example/a)', { headers: missing })).headers.location, '/evil.example/a', 'never another host');
  assert.equal((await ask(gateway.tunnel, '/a)', { headers: { ...missing, accept: 'application/json' } })).status, 404);
  assert.equal((await ask(gateway.tunnel, '/a)', { method: 'POST', headers: missing })).status, 404);
  const body = JSON.parse((await ask(gateway.tunnel, '/a?x', { headers: missing })).body);
  assert.equal(body.url, '/a?x', 'the app answers for an unknown path itself');
});

test('an app that is down: nothing was sent, and a form gets that answer', async () => {
  await docker('stop', '--time', '0', gateway.app);
  const posted = await ask(gateway.tunnel, '/order', { method: 'POST', headers: page, body: 'a=1' });
  assert.equal(posted.status, 503);
  assert.match(posted.body, /Not sent/);
  assert.doesNotMatch(posted.body, /<script|refresh/);
  const got = await ask(gateway.tunnel, '/order', { headers: page });
  assert.deepEqual([got.status, got.headers['x-sidelink-preparing']], [503, 'true']);
  const asked = await ask(gateway.tunnel, '/sidelink/app-answers', { method: 'HEAD', headers: { host } });
  assert.deepEqual([asked.status, asked.headers['x-sidelink-preparing']], [503, 'true']);
  await docker('start', gateway.app);
  await eventually('the app answers again', async () => (await ask(gateway.tunnel, '/sidelink/app-answers', { method: 'HEAD', headers: { host } })).status === 204);
});
