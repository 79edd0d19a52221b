// The gateway passes what the app and its visitors send unchanged, in both directions and on both
// ports.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { ask } from './containers.mjs';
import { Gateway, instance, ready } from './gateway.mjs';

let gateway;
const hosts = { local: 'localhost:8080', tunnel: 'x.trycloudflare.com' };

before(async () => {
  gateway = await Gateway.opens();
  await ready(gateway.tunnel, ask);
});
after(() => gateway.close());

// Headers that the app sets and the visitor reads.
const answers = [
  ['Referrer-Policy', 'strict-origin-when-cross-origin'], ['Referrer-Policy', 'unsafe-url'], ['Set-Cookie', 'a=1; Path=/; HttpOnly; Secure; SameSite=None'],
  ['Cache-Control', 'public, max-age=31536000, immutable'], ['ETag', '"abc"'], ['Last-Modified', 'Wed, 21 Oct 2015 07:28:00 GMT'], ['Vary', 'Accept-Encoding, Cookie'],
  ['Content-Encoding', 'br'], ['Server', 'gunicorn'], ['X-Powered-By', 'Express'], ['Content-Security-Policy', "default-src 'self'"], ['X-Frame-Options', 'DENY'],
  ['Access-Control-Allow-Origin', 'https://a.example'], ['Location', 'https://a.example/x'], ['WWW-Authenticate', 'Basic realm="a"'], ['Content-Disposition', 'attachment; filename="a.pdf"'],
  ['X-Accel-Buffering', 'no'], ['Retry-After', '120'], ['X-Content-Type-Options', 'nosniff'], ['Server-Timing', 'db;dur=53'], ['X-Middleware-Rewrite', '/a'],
  ['Content-Type', 'text/html; charset=iso-8859-1'], ['Date', 'Wed, 21 Oct 2015 07:28:00 GMT'],
];
for (const [port, host] of Object.entries(hosts)) {
  for (const [name, value] of answers) {
    test(`${port}: the app's ${name}: ${value}`, async () => {
      const { headers } = await ask(gateway[port], `/?set-${name}=${encodeURIComponent(value)}`, { headers: { host } });
      const got = headers[name.toLowerCase()];
      assert.deepEqual([got].flat(), [value]);
    });
  }

  test(`${port}: the gateway adds no header but the instance header`, async () => {
    const { headers } = await ask(gateway[port], '/', { headers: { host } });
    const { date, 'content-type': type, 'x-sidelink-instance': added, ...rest } = headers;
    assert.equal(added, instance);
    delete rest.connection; // belongs to this connection only
    delete rest['keep-alive'];
    delete rest['content-length'];
    delete rest['transfer-encoding'];
    assert.deepEqual(rest, {});
  });

  test(`${port}: cookies stay apart and in their order`, async () => {
    const { headers } = await ask(gateway[port], '/?set-Set-Cookie=a%3D1&set-Set-Cookie=b%3D2%3B%20Path%3D/', { headers: { host } });
    assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2; Path=/']);
  });

  test(`${port}: status codes pass: 204, 304, 404, 418, 500, 503`, async () => {
    for (const status of [204, 304, 404, 418, 500, 502, 503, 504]) {
      const answer = await ask(gateway[port], `/?status=${status}`, { headers: { host } });
      assert.equal(answer.status, status);
      assert.equal(answer.headers['x-sidelink-preparing'], undefined);
    }
  });

  test(`${port}: a visitor's headers reach the app`, async () => {
    const sent = {
      Origin: 'https://a.example', Referer: 'https://a.example/x', Cookie: 'a=1; b=2', Authorization: 'Basic YTpi', 'User-Agent': 'phone', Accept: 'text/html',
      'Accept-Encoding': 'zstd, br', 'Accept-Language': 'pt-BR', Range: 'bytes=0-3', 'If-None-Match': '"abc"', 'If-Modified-Since': 'Wed, 21 Oct 2015 07:28:00 GMT',
      'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors', 'X-Requested-With': 'XMLHttpRequest', 'X-CSRF-Token': 'a', DNT: '1', 'Cache-Control': 'no-cache', Priority: 'u=1',
    };
    const { headers } = JSON.parse((await ask(gateway[port], '/', { headers: { host, ...sent } })).body);
    for (const [name, value] of Object.entries(sent)) assert.equal(headers[name.toLowerCase()], value, name);
  });

  test(`${port}: the gateway adds the visitor's address, and nothing else`, async () => {
    const { headers } = JSON.parse((await ask(gateway[port], '/', { headers: { host } })).body);
    const added = Object.keys(headers).filter((name) => !['host', 'connection'].includes(name)).sort();
    assert.deepEqual(added, ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-proto', 'x-real-ip']);
    assert.equal(headers['x-forwarded-port'], port === 'local' ? '8080' : '443');
    assert.equal(headers['x-forwarded-host'], host);
  });

  test(`${port}: headers that frameworks trust are dropped`, async () => {
    const forged = { 'X-Middleware-Subrequest': 'middleware', 'x-middleware-next': '1', Forwarded: 'for=1.2.3.4', 'X-Sidelink-Preparing': '1', 'X-Forwarded-Prefix': '/evil' };
    const { headers } = JSON.parse((await ask(gateway[port], '/', { headers: { host, ...forged } })).body);
    for (const name of Object.keys(forged)) assert.equal(headers[name.toLowerCase()], undefined, name);
  });

  test(`${port}: only the dashboard's cookie is dropped, and nothing of it is left`, async () => {
    for (const [sent, arrives] of [
      ['sidelink_session=x; a=1; b=2', 'a=1; b=2'],
      ['a=1; sidelink_session=x; b=2', 'a=1; b=2'],
      ['a=1; b=2; sidelink_session=x', 'a=1; b=2'],
      ['sidelink_session=x', undefined],
      ['my_sidelink_session=x', 'my_sidelink_session=x'],
    ]) {
      const { headers } = JSON.parse((await ask(gateway[port], '/', { headers: { host, Cookie: sent } })).body);
      assert.equal(headers.cookie || undefined, arrives, sent);
    }
  });

  // Servers that turn `-` into `_` could not distinguish them from the gateway's own.
  test(`${port}: headers with an underscore in their name do not reach the app`, async () => {
    const sent = { X_Forwarded_For: '1.2.3.4', 'X-Forwarded_Proto': 'http', X_Real_IP: '1.2.3.4', api_key: 'a' };
    const { headers } = JSON.parse((await ask(gateway[port], '/', { headers: { host, ...sent } })).body);
    for (const name of Object.keys(sent)) assert.equal(headers[name.toLowerCase()], undefined, name);
  });

  test(`${port}: a stream arrives piece by piece`, async () => {
    for (const path of ['/events', '/pieces']) {
      const times = await arrivals(gateway[port], path, host);
      assert.ok(times.length >= 3 && times.at(-1) - times[0] > 400, `${path}: ${times}`);
    }
  });

  test(`${port}: trailers, ranges, early hints and HEAD`, async () => {
    const trailers = await raw(gateway[port], `GET /trailers HTTP/1.1\r\nHost: ${host}\r\nTE: trailers\r\nConnection: close\r\n\r\n`);
    assert.match(trailers, /X-Checksum: abc/);
    const range = await ask(gateway[port], '/range', { headers: { host, range: 'bytes=0-3' } });
    assert.deepEqual([range.status, range.headers['content-range'], range.body], [206, 'bytes 0-3/10', '0123']);
    assert.match(await raw(gateway[port], `GET /hints HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 103 .*rel=preload.*HTTP\/1\.1 200/s);
    const head = await ask(gateway[port], '/?set-Content-Length=1234&set-X-A=1', { method: 'HEAD', headers: { host } });
    assert.deepEqual([head.status, head.headers['content-length'], head.body], [200, '1234', '']);
  });

  test(`${port}: a body of 30 MB passes, with its length or in chunks, and Expect is answered`, async () => {
    const body = Buffer.alloc(30e6, 'x');
    for (const headers of [{ 'content-length': String(body.length) }, { 'transfer-encoding': 'chunked' }]) {
      const answer = JSON.parse((await ask(gateway[port], '/upload', { method: 'POST', headers: { host, ...headers }, body })).body);
      assert.equal(answer.length, body.length);
      for (const [name, value] of Object.entries(headers)) assert.equal(answer.headers[name], value);
    }
    const continued = await raw(gateway[port], `POST /upload HTTP/1.1\r\nHost: ${host}\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n`, 'hi');
    assert.match(continued, /^HTTP\/1\.1 100 Continue.*"length":2/s);
  });

  test(`${port}: uncommon methods pass`, async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'REPORT']) {
      assert.equal(JSON.parse((await ask(gateway[port], '/', { method, headers: { host } })).body).method, method);
    }
  });

  test(`${port}: a query and an encoded path arrive byte for byte`, async () => {
    for (const path of ['/a%2Fb//c?x=%2F&y=+&z', '/%C3%A7?q=a%20b', '/a;v=1/@b?%', '/?']) {
      assert.equal(JSON.parse((await ask(gateway[port], path, { headers: { host } })).body).url, path);
    }
  });

  test(`${port}: headers of more than 16 KB are refused`, async () => {
    assert.equal((await ask(gateway[port], '/', { headers: { host, 'x-long': 'x'.repeat(12_000) } })).status, 200);
    assert.equal((await ask(gateway[port], '/', { headers: { host, 'x-long': 'x'.repeat(40_000) } })).status, 431);
  });
}

test('HSTS of the app is dropped on localhost, and kept on the public hostname', async () => {
  const path = '/?set-Strict-Transport-Security=max-age%3D63072000';
  assert.equal((await ask(gateway.local, path, { headers: { host: hosts.local } })).headers['strict-transport-security'], undefined);
  assert.equal((await ask(gateway.tunnel, path, { headers: { host: hosts.tunnel } })).headers['strict-transport-security'], 'max-age=63072000');
});

test('without a port in Host the port is the scheme\'s', async () => {
  const { headers } = JSON.parse((await ask(gateway.local, '/', { headers: { host: 'localhost' } })).body);
  assert.deepEqual([headers['x-forwarded-port'], headers['x-forwarded-proto']], ['80', 'http']);
});

test('no Referer is sent from a path with a token, or from an answer of the stack itself', async () => {
  for (const path of ['/sidelink/links/aB-_9', '/runtime-config', '/rtc/validate']) {
    const { headers } = await ask(gateway.tunnel, `${path}?set-Referrer-Policy=unsafe-url&set-Server=Icecast`, { headers: { host: hosts.tunnel } });
    assert.equal(headers['referrer-policy'], 'no-referrer', path);
    assert.equal(headers.server, undefined, path);
  }
});

test('what LiveKit quotes from a request cannot be read as a page', async () => {
  const { headers } = await ask(gateway.tunnel, '/rtc/invalid', { headers: { host: hosts.tunnel } });
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(headers['content-security-policy'], /sandbox/);
});

async function arrivals(port, path, host) {
  const times = [];
  await new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers: { host }, agent: false }, (answer) => {
      answer.on('data', () => times.push(Date.now())).on('end', resolve).on('error', reject);
    });
    sent.on('error', reject).end();
  });
  return times;
}

/** The answer's bytes; `then` is sent once the first of them have arrived. */
function raw(port, text, then) {
  return new Promise((resolve, reject) => {
    let got = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (data) => {
      if (!got && then) socket.write(then);
      got += data;
    }).on('end', () => resolve(got)).on('error', reject);
  });
}
