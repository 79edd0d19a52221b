// The visitor's address, the pages that may call, and the paths of our routes, for each variant of
// the stack.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ask, eventually, repository } from './containers.mjs';
import { Gateway, instance, ready } from './gateway.mjs';

const visitor = async (port, headers) => JSON.parse((await ask(port, '/', { headers })).body).headers;
const websocket = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' };

/** The gateway's environment as a file under compose/ sets it. */
async function environmentOf(variant) {
  const text = await readFile(join(repository, 'compose', `${variant}.yaml`), 'utf8');
  const lines = text.match(/^ {2}gateway:\n {4}environment:\n((?: {6}.*\n)+)/m)[1].trim().split('\n');
  return Object.fromEntries(lines.map((line) => line.trim().split(/: (.*)/)).map(([name, value]) => [name, value.replace(/^"(.*)"$/, '$1')]));
}

let usual, own, lan;
before(async () => {
  [usual, own, lan] = await Promise.all([
    Gateway.opens({ env: { SIDELINK_ROUTES: 'prefixed', SIDELINK_ALLOWED_ORIGINS: 'https://one.example,https://two.example' } }),
    Gateway.opens({ env: { ...(await environmentOf('public-url')), PUBLIC_URL: 'https://My.example.net' } }),
    Gateway.opens({ env: await environmentOf('lan') }),
  ]);
  await ready(usual.tunnel, ask);
  await ready(own.tunnel, ask, { host: 'my.example.net' });
  await ready(lan.local, ask, { host: 'localhost:8080' });
});
after(() => Promise.all([usual.close(), own.close(), lan.close()]));

test('the visitor\'s address comes from CF-Connecting-IP alone, over a tunnel of ours', async () => {
  const host = 'x.trycloudflare.com';
  assert.equal((await visitor(usual.tunnel, { host, 'CF-Connecting-IP': '203.0.113.7', 'X-Forwarded-For': '198.51.100.8' }))['x-real-ip'], '203.0.113.7');
  assert.equal((await visitor(usual.tunnel, { host, 'CF-Connecting-IP': '2001:db8::7' }))['x-real-ip'], '2001:db8::7');
  for (const forged of ['X-Forwarded-For', 'X-Real-IP', 'True-Client-IP', 'Forwarded', 'X-Client-IP']) {
    const headers = await visitor(usual.tunnel, { host, [forged]: '203.0.113.7' });
    assert.doesNotMatch(headers['x-real-ip'] + headers['x-forwarded-for'], /203\.0/, forged);
  }
});

test('a visitor cannot make the gateway drop the address by naming its headers in Connection', async () => {
  const named = ['X-Real-IP', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Port', 'X-Forwarded-Host', 'CF-Connecting-IP', 'Host'];
  for (const connection of [`close, ${named.join(', ')}`, `${named.join(',')}, keep-alive`]) {
    for (const port of ['tunnel', 'local']) {
      const host = port === 'local' ? 'localhost:8080' : 'x.trycloudflare.com';
      const headers = await visitor(usual[port], { host, connection, 'CF-Connecting-IP': '203.0.113.7', 'X-Forwarded-For': '198.51.100.8' });
      assert.equal(headers.host, host, port);
      assert.equal(headers['x-forwarded-proto'], port === 'local' ? 'http' : 'https', port);
      if (port === 'tunnel') assert.deepEqual([headers['x-real-ip'], headers['x-forwarded-for']], ['203.0.113.7', '203.0.113.7']);
      else assert.match(headers['x-real-ip'], /^(172|192\.168|10)\./, port);
      assert.equal(headers['x-forwarded-for'], headers['x-real-ip'], port);
    }
  }
});

test('behind a proxy of the user the last public address in X-Forwarded-For counts', async () => {
  const host = 'my.example.net';
  for (const [sent, real] of [
    ['203.0.113.7', '203.0.113.7'], ['198.51.100.8, 203.0.113.7', '203.0.113.7'], ['198.51.100.8, 203.0.113.7, 10.0.0.1', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'], ['203.0.113.7, 192.168.1.1, 127.0.0.1', '203.0.113.7'],
  ]) {
    const headers = await visitor(own.tunnel, { host, 'X-Forwarded-For': sent });
    assert.deepEqual([headers['x-real-ip'], headers['x-forwarded-for']], [real, real], sent);
  }
  for (const forged of ['CF-Connecting-IP', 'X-Real-IP', 'True-Client-IP']) {
    const headers = await visitor(own.tunnel, { host, [forged]: '203.0.113.9', 'X-Forwarded-For': '203.0.113.7' });
    assert.equal(headers['x-real-ip'], '203.0.113.7', forged);
  }
  assert.match((await visitor(own.tunnel, { host }))['x-real-ip'], /^(172|192\.168|10)\./, 'a private address, because no other is known');
});

test('a published port answers under the public hostname only', async () => {
  for (const host of ['my.example.net', 'MY.example.net', 'gateway:8081', 'localhost:8081', 'x.trycloudflare.com']) {
    assert.equal((await ask(own.tunnel, '/', { headers: { host } })).status, 200, host);
  }
  for (const host of ['evil.example', 'evil.example:8081', 'my.example.net.evil.example', '192.168.1.20:8081', 'trycloudflare.com.evil.example', 'gateway.evil.example', 'xmy.example.net']) {
    for (const path of ['/', '/runtime-config', '/rtc/validate', '/sidelink/status']) {
      const answer = await ask(own.tunnel, path, { headers: { host } });
      assert.deepEqual([answer.status, answer.headers['x-sidelink-instance']], [421, undefined], `${host}${path}`);
    }
  }
  assert.equal((await ask(usual.tunnel, '/', { headers: { host: 'anything.example' } })).status, 200, 'a tunnel of ours has its own hostnames');
});

const pages = [
  // the headers that a browser sends about the calling page, and whether it may
  [{ 'Sec-Fetch-Site': 'cross-site' }, false], [{ 'Sec-Fetch-Site': 'same-site' }, false], [{ Origin: 'https://evil.example' }, false], [{ Origin: 'null' }, false],
  [{ Origin: 'http://localhost:3000' }, false], [{ 'Sec-Fetch-Site': 'cross-site', Origin: 'http://localhost:8080' }, false],
  [{}, true], [{ Origin: 'http://localhost:8080' }, true], [{ 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost:3000' }, true], [{ 'Sec-Fetch-Site': 'none' }, true],
  [{ Origin: 'https://two.example' }, 'allowed'], [{ Origin: 'https://one.example', 'Sec-Fetch-Site': 'cross-site' }, 'allowed'], [{ Origin: 'https://one.example.evil' }, false],
];
for (const [sent, may] of pages) {
  test(`on localhost ${may ? 'may' : 'must not'} use LiveKit: ${JSON.stringify(sent)}`, async () => {
    for (const [gateway, port, paths] of [[usual, 'local', ['/sidelink/rtc/validate', '/sidelink/rtc', '/sidelink/media']], [own, 'local', ['/rtc/validate', '/sidelink/rtc/validate', '/rtc', '/sidelink/media']], [own, 'tunnel', ['/rtc/validate']]]) {
      for (const path of paths) {
        const upgrades = /rtc$|media$/.test(path);
        const upgrade = upgrades ? websocket : {};
        const { status } = await ask(gateway[port], path, { headers: { host: 'localhost:8080', ...sent, ...upgrade } });
        const good = upgrades ? 101 : 200;
        const allowed = may === true || (may === 'allowed' && gateway === usual);
        assert.equal(status, allowed ? good : 403, `${port} ${path}`);
      }
    }
  });
}

const ON_LAN = ['192.168.1.20:8080', '10.0.0.5', '172.16.0.1:8080', '172.31.255.254', '100.64.0.7:8080', '169.254.7.7', 'studio.local:8080', 'Studio.Local'];
const NOT_ON_LAN = [
  'evil.example', 'evil.example:8080', '192.168.1.20.nip.io:8080', 'studio.local.evil.example', 'evillocal', 'local', '203.0.113.9:8080', '172.32.0.1:8080', '172.15.0.1', '100.128.0.1',
  '0.0.0.0:8080', '[fd00::1]:8080', 'gateway:8080', '192.168.1.20@evil.example',
];

test('compose/lan.yaml: 8080 answers under private addresses and names of the local network, and under no other', async () => {
  for (const host of [...ON_LAN, 'localhost:8080', '127.0.0.1:8080', '[::1]:8080']) {
    const answer = await ask(lan.local, '/', { headers: { host } });
    assert.deepEqual([answer.status, answer.headers['x-sidelink-instance']], [200, instance], host);
    const { headers } = JSON.parse(answer.body);
    assert.deepEqual([headers.host, headers['x-forwarded-proto']], [host, 'http']);
  }
  for (const host of NOT_ON_LAN) {
    for (const path of ['/', '/runtime-config', '/rtc/validate', '/sidelink/status']) {
      const answer = await ask(lan.local, path, { headers: { host } });
      assert.ok([421, 400].includes(answer.status), `${host}${path}: ${answer.status}`);
      assert.equal(answer.headers['x-sidelink-instance'], undefined, `${host}${path}`);
    }
  }
});

test('without compose/lan.yaml 8080 answers under no name of the local network', async () => {
  for (const host of ON_LAN) assert.equal((await ask(usual.local, '/', { headers: { host } })).status, 421, host);
});

test('compose/lan.yaml: a visitor of the local network reaches what a visitor of the public URL reaches', async () => {
  const paths = [
    '/', '/runtime-config', '/rtc/validate?access_token=x', '/sidelink/status', '/sidelink/rtc', '/sidelink/links/aB-_9', '/sidelink/media',
    '/twirp/livekit.RoomService/ListRooms', '/debug/pprof/', '/metrics', '/admin/stats', '/status-json.xsl', '/rtc/../twirp/x', '/sidelink//sidecar:8788/', '/sidelink/../status', '/login?code=x',
    '/dashboard/code', '/startup', '/notices/',
  ];
  const reached = async (port, path, host) => {
    const { port: upstream, url } = JSON.parse((await ask(port, path, { headers: { host } })).body);
    return [upstream, url];
  };
  for (const path of paths) {
    const visitors = await reached(lan.tunnel, path, 'x.trycloudflare.com');
    assert.deepEqual(await reached(lan.local, path, '192.168.1.20:8080'), visitors, path);
  }
});

for (const [sent, may] of pages.filter(([, may]) => may !== 'allowed')) {
  const text = JSON.stringify(sent).replaceAll('localhost:8080', '192.168.1.20:8080');
  test(`on the local network ${may ? 'may' : 'must not'} use LiveKit: ${text}`, async () => {
    for (const path of ['/rtc/validate', '/sidelink/rtc/validate', '/rtc', '/sidelink/media']) {
      const upgrades = /rtc$|media$/.test(path);
      const { status } = await ask(lan.local, path, { headers: { host: '192.168.1.20:8080', ...JSON.parse(text), ...(upgrades ? websocket : {}) } });
      assert.equal(status, may ? (upgrades ? 101 : 200) : 403, path);
    }
  });
}

test('compose/lan.yaml: a client with a public address is refused under every name', async () => {
  // Addresses for benchmarks (RFC 2544) are not private. Docker's proxy has the first one.
  const exposed = await Gateway.opens({ env: await environmentOf('lan'), subnet: '198.18.77.0/24' });
  try {
    await ready(exposed.tunnel, ask);
    for (const host of ['192.168.1.20:8080', 'studio.local:8080', 'localhost:8080', '127.0.0.1:8080']) {
      assert.equal((await ask(exposed.local, '/', { headers: { host } })).status, 421, host);
    }
  } finally {
    await exposed.close();
  }
});

test('under the public hostname LiveKit answers pages of an old hostname of the stack', async () => {
  assert.equal((await ask(own.tunnel, '/rtc/validate', { headers: { host: 'my.example.net', origin: 'https://old.example' } })).status, 200);
});

test('SIDELINK_ROUTES=prefixed: the app has every path but /sidelink/', async () => {
  for (const path of ['/runtime-config', '/runtime-config.js', '/runtime-config/ws', '/rtc', '/rtc/validate', '/stream', '/stream.wav', '/stream?x=1']) {
    for (const method of ['GET', 'POST']) {
      const { port, url } = JSON.parse((await ask(usual.tunnel, path, { method })).body);
      assert.deepEqual([port, url], [3000, path], method);
    }
  }
});

test('every route is below /sidelink/, with the setting and without it', async () => {
  for (const gateway of [usual, own]) {
    const headers = { host: 'my.example.net' };
    for (const [path, port, reached] of [
      ['/sidelink/runtime-config?after=1', 8787, '/runtime-config?after=1'], ['/sidelink/runtime-config.js', 8787, '/runtime-config.js'],
      ['/sidelink/rtc/validate?x=1', 7880, '/rtc/validate?x=1'], ['/sidelink/rtc', 7880, '/rtc'], ['/sidelink/rtc/v1', 7880, '/rtc/v1'], ['/sidelink/stream', 8000, '/stream'],
      // similar paths go to the sidecar, which has no such route
      ['/sidelink/rtc/../debug', 8787], ['/sidelink/rtcx', 8787], ['/sidelink/streams', 8787], ['/sidelink/stream/../admin/stats', 8787], ['/sidelink/rtc.x', 8787],
      ['/sidelink/rtc/..%2ftwirp/x', 8787], ['/sidelink/RTC', 8787],
    ]) {
      const got = JSON.parse((await ask(gateway.tunnel, path, { headers })).body);
      assert.equal(got.port, port, `${path} reached ${got.url}`);
      if (reached) assert.equal(got.url, reached);
    }
    const head = await ask(gateway.tunnel, '/sidelink/stream', { method: 'HEAD', headers });
    assert.equal(head.headers['content-type'], 'audio/mpeg');
    assert.equal((await ask(gateway.tunnel, '/sidelink/stream', { method: 'PUT', headers })).status, 405);
    assert.equal((await ask(gateway.tunnel, '/sidelink/stream.wav', { headers })).status, 503);
  }
});
