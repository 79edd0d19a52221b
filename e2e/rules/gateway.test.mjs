// What the gateway passes on, to which upstream, and what it adds about the visitor. The upstreams
// belong to the test: each answers with what reached it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ask, contained, docker, eventually, publishedPort, repository, Sandbox } from './containers.mjs';

const instance = '0d6c-rules';

// Each port is an upstream; `radio` is missing on purpose, and Icecast's path is checked.
const echo = `
  const http = require('http');
  const answers = (port) => (q, a) => {
    let body = '';
    q.on('data', (d) => body += d);
    q.on('end', () => {
      a.setHeader('X-Sidelink-Instance', 'forged');
      a.setHeader('X-Sidelink-Preparing', 'forged');
      a.setHeader('X-Powered-By', 'a-framework');
      a.setHeader('Referrer-Policy', 'unsafe-url');
      a.setHeader('Server', 'Icecast 2.4.4');
      if (q.url.startsWith('/broken')) a.statusCode = 500;
      if (q.url.startsWith('/cut')) {
        a.write('first');
        return setTimeout(() => a.destroy(), 50);
      }
      if (port === 8000) {
        a.write('first');
        return setTimeout(() => a.end('last'), 1500);
      }
      a.setHeader('Content-Type', 'application/json');
      if (q.headers.origin) a.setHeader('Access-Control-Allow-Origin', q.headers.origin);
      a.end(JSON.stringify({ port, method: q.method, url: q.url, headers: q.headers, length: body.length, body: body.slice(0, 100) }));
    });
  };
  for (const port of PORTS) {
    http.createServer(answers(port)).listen(port).on('upgrade', (q, s) => {
      s.end('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nX-Reached: ' + port + ' ' + q.url + '\\r\\n\\r\\n');
    });
  }
`;
const listening = (...ports) => echo.replace('PORTS', JSON.stringify(ports));

const sandbox = new Sandbox();
let local, tunnel, gateway, app, sidecar;

before(async () => {
  await sandbox.open();
  const made = await sandbox.volume();
  await docker('run', '--rm', '--volume', `${made}:/made`, 'node:24-trixie-slim', 'node', '-e',
    `fs.writeFileSync('/made/instance', '${instance}')`);
  sidecar = await sandbox.program('sidecar', ['--network-alias=sidecar'], listening(8787, 8788));
  await sandbox.program('livekit', ['--network-alias=livekit'], listening(7880));
  await sandbox.program('bridge', ['--network-alias=bridge'], listening(8791));
  await sandbox.program('icecast', ['--network-alias=icecast'], listening(8000));
  app = await sandbox.program('app', ['--network-alias=app'], listening(3000));
  gateway = await sandbox.start('gateway', [
    ...contained, '--cap-add=NET_BIND_SERVICE', '--user=65525:65525', '--tmpfs=/tmp',
    '--env=XDG_CONFIG_HOME=/tmp', '--env=XDG_DATA_HOME=/tmp',
    '--publish=127.0.0.1::8080', '--publish=127.0.0.1::8081',
    '--volume', `${join(repository, 'gateway')}:/etc/caddy:ro`, '--volume', `${made}:/run/sidelink:ro`,
  ], 'caddy:2.11.9');
  local = await publishedPort(gateway, 8080);
  tunnel = await publishedPort(gateway, 8081);
  for (const path of ['/', '/runtime-config', '/rtc']) {
    await eventually(`the gateway and what answers ${path} are up`, async () => (await ask(tunnel, path)).status === 200);
  }
});

after(() => sandbox.close());

const routes = [
  // path sent, port and path reached
  ['/runtime-config', 8787, '/runtime-config'],
  ['/runtime-config?after=1&wait=25s', 8787, '/runtime-config?after=1&wait=25s'],
  ['/runtime-config.js', 8787, '/runtime-config.js'],
  ['/sidelink/status', 8787, '/status'],
  ['/sidelink/links/aB-_9/join', 8787, '/links/aB-_9/join'],
  ['/rtc', 7880, '/rtc'],
  ['/sidelink/media', 8791, '/sidelink/media'],
  ['/sidelink/media?token=x', 8791, '/sidelink/media'],
  ['/rtc?access_token=x', 7880, '/rtc?access_token=x'],
  ['/rtc/validate?access_token=x', 7880, '/rtc/validate?access_token=x'],
  ['/rtc/v1/validate', 7880, '/rtc/v1/validate'],
  ['/', 3000, '/'],
  ['/a/page?x=%2F', 3000, '/a/page?x=%2F'],
  ['/_next/static/a%2Fb.js', 3000, '/_next/static/a%2Fb.js'],
  // similar paths go to the app
  ['/runtime-config/', 3000], ['/runtime-configx', 3000], ['/runtime-config.json', 3000], ['/RUNTIME-CONFIG', 3000],
  ['/x/runtime-config', 3000], ['/rtcx', 3000], ['/RTC', 3000], ['/rtc.x', 3000], ['/sidelink', 3000], ['/stream/', 3000], ['/STREAM', 3000],
  ['/streams', 3000], ['/stream.mp3', 3000],
  // what must not be reached: LiveKit's and Icecast's own endpoints, and the control API
  ['/twirp/livekit.RoomService/ListRooms', 3000], ['/debug/pprof/', 3000], ['/debug/rooms', 3000], ['/metrics', 3000], ['/whip/v1', 3000],
  ['/admin/stats', 3000], ['/status-json.xsl', 3000], ['/silence', 3000], ['/agent', 3000],
  ['/rtc/../twirp/livekit.RoomService/ListRooms', 3000], ['/rtc/..%2ftwirp/x', 3000], ['/rtc/%2e%2e/debug/pprof/', 3000],
  ['/rtc/..;/debug', 3000], ['/stream/../admin/stats', 3000], ['/stream%2f..%2fadmin/stats', 3000], ['/stream%00', [3000, 400]],
  // the bridge's own status and metrics, and paths beside its own
  ['/sidelink/media/', 8787], ['/sidelink/media/metrics', 8787], ['/sidelink/media/../metrics', 8787], ['/sidelink/MEDIA', 8787], ['/media', 3000],
  ['/runtime-config/../control', 3000], ['/rtc%2fvalidate%3f', 3000],
];

for (const [path, port, reached] of routes) {
  test(`${path} goes to ${port}`, async () => {
    const answer = await ask(tunnel, path);
    const { port: got, url } = answer.status === 200 ? JSON.parse(answer.body) : { port: answer.status };
    assert.ok([port].flat().includes(got), `reached ${got} as ${url}`);
    if (reached) assert.equal(url, reached);
  });
}

test('the matched path is passed on, not the sent one', async () => {
  for (const path of ['/admin/../rtc/validate', '/twirp/%2e%2e/rtc/validate', '//rtc//validate']) {
    const { port, url } = JSON.parse((await ask(tunnel, path)).body);
    assert.ok(port === 3000 || url === '/rtc/validate', `${path} reached ${port} as ${url}`);
  }
});

test('no path reaches the control listener', async () => {
  for (const path of ['/sidelink/', '/sidelink//sidecar:8788/', '/sidelink/@sidecar:8788/', '/sidelink/../status', '/sidelink/%2e%2e/%2e%2e/status']) {
    assert.notEqual(JSON.parse((await ask(tunnel, path)).body).port, 8788, path);
  }
  // An absolute address in the request line names no other upstream either.
  assert.notEqual(JSON.parse((await ask(tunnel, 'http://sidecar:8788/links')).body).port, 8788);
});

for (const path of ['/rtc?access_token=x', '/sidelink/media', '/runtime-config/ws', '/_next/webpack-hmr']) {
  test(`a WebSocket passes: ${path}`, async () => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
    const answer = await ask(tunnel, path, { headers });
    assert.equal(answer.status, 101);
    assert.match(answer.headers['x-reached'], new RegExp(`${path.replace('?', '\\?')}$`));
    assert.equal(answer.headers['x-sidelink-instance'], instance);
  });
}

test('/stream: the gateway answers HEAD, GET arrives piece by piece, other methods are refused', async () => {
  const head = await ask(tunnel, '/stream', { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-type'], 'audio/mpeg');
  assert.equal(head.headers['cache-control'], 'no-store');
  assert.equal((await ask(tunnel, '/stream?x=1')).body, 'firstlast');
  assert.ok(await firstByteAfter(tunnel, '/stream') < 1000, 'the first piece was held back');
  for (const method of ['PUT', 'SOURCE', 'POST', 'DELETE', 'STATS']) {
    assert.ok([405, 400].includes((await ask(tunnel, '/stream', { method })).status), method);
  }
});

async function firstByteAfter(port, path) {
  const { get } = await import('node:http');
  const began = Date.now();
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (answer) => {
      answer.once('data', () => { resolve(Date.now() - began); answer.destroy(); });
    }).on('error', reject);
  });
}

const forged = {
  'CF-Connecting-IP': '198.51.100.7', 'CF-Ray': 'x', 'CF-Visitor': '{"scheme":"https"}', 'X-Forwarded-For': '198.51.100.8', 'X-Forwarded-Host': 'evil.example',
  'X-Forwarded-Proto': 'gopher', 'X-Real-IP': '198.51.100.9', 'True-Client-IP': '198.51.100.9', Forwarded: 'for=198.51.100.9',
  'X-Sidelink-Instance': 'forged',
};

test('8080: a visitor\'s own address headers are dropped', async () => {
  const { headers } = JSON.parse((await ask(local, '/', { headers: { ...forged, host: `localhost:${local}` } })).body);
  assert.equal(headers.host, `localhost:${local}`);
  assert.equal(headers['x-forwarded-host'], `localhost:${local}`);
  assert.equal(headers['x-forwarded-proto'], 'http');
  for (const [name, value] of Object.entries(headers)) assert.doesNotMatch(value, /198\.51\.100|evil|gopher|forged/, name);
  assert.equal(headers['cf-ray'], undefined);
});

test('8081: the visitor\'s address comes from the tunnel', async () => {
  const { headers } = JSON.parse((await ask(tunnel, '/', { headers: { ...forged, host: 'x.trycloudflare.com' } })).body);
  assert.equal(headers.host, 'x.trycloudflare.com');
  assert.equal(headers['x-forwarded-host'], 'x.trycloudflare.com');
  assert.equal(headers['x-forwarded-proto'], 'https');
  assert.equal(headers['x-forwarded-for'], '198.51.100.7');
  assert.equal(headers['x-real-ip'], '198.51.100.7');
  assert.equal(headers['cf-connecting-ip'], undefined);
  assert.equal(headers['x-sidelink-instance'], undefined);
});

test('a join by a link carries the visitor\'s address, and its body passes unchanged', async () => {
  const body = JSON.stringify({ name: 'Ana' });
  const headers = { host: 'x.trycloudflare.com', 'content-type': 'application/json', 'content-length': String(body.length), 'CF-Connecting-IP': '2001:db8::7' };
  const reached = JSON.parse((await ask(tunnel, '/sidelink/links/aB-_9/join', { method: 'POST', headers, body })).body);
  const { port, method, url } = reached;
  assert.deepEqual({ port, method, url, body: reached.body }, { port: 8787, method: 'POST', url: '/links/aB-_9/join', body });
  assert.equal(reached.headers.host, 'x.trycloudflare.com');
  assert.equal(reached.headers['x-real-ip'], '2001:db8::7');
  const here = JSON.parse((await ask(local, '/sidelink/links/aB-_9/join', { method: 'POST', headers: { ...headers, host: 'localhost:8080', 'X-Real-IP': '198.51.100.9' }, body })).body);
  assert.doesNotMatch(here.headers['x-real-ip'], /198\.51|2001:db8/, 'on this machine no header names a visitor');
});

test('a page of an old hostname of the stack can call: Origin, preflight and answer pass', async () => {
  const origin = 'https://old.trycloudflare.com';
  const asked = { host: 'x.trycloudflare.com', origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
  for (const path of ['/sidelink/links/aB-_9/join', '/sidelink/links/aB-_9/report', '/runtime-config']) {
    const preflight = await ask(tunnel, path, { method: 'OPTIONS', headers: asked });
    const { port, method, headers } = JSON.parse(preflight.body);
    assert.deepEqual([port, method], [8787, 'OPTIONS'], path);
    assert.equal(headers.origin, origin);
    assert.equal(headers['access-control-request-method'], 'POST');
    assert.equal(headers['access-control-request-headers'], 'content-type');
    assert.equal(preflight.headers['access-control-allow-origin'], origin);
  }
});

test('the gateway refuses a body that is larger than any route accepts', async () => {
  const answer = await ask(tunnel, '/sidelink/links/aB-_9/join', { method: 'POST', body: 'x'.repeat(2_000_000) });
  assert.equal(answer.status, 413);
});

const hosts = [
  ['localhost', 200], ['localhost:8080', 200], ['LOCALHOST:1', 200], ['shop.localhost:8080', 200], ['127.0.0.1:8080', 200], ['127.0.0.1', 200], ['[::1]:8080', 200], ['[::1]', 200],
  ['evil.example', 421], ['localhost.evil.example', 421], ['evil.localhost.example', 421], ['evillocalhost', 421], ['evil.example:8080', 421], ['127.0.0.1.nip.io', 421], ['localhost@evil.example', 421],
  ['192.168.1.20:8080', 421], ['gateway:8080', 421], ['0.0.0.0:8080', 421], ['[::]', 421], ['127.0.0.11', 421], ['x.trycloudflare.com', 421],
];
for (const [host, status] of hosts) {
  test(`8080: Host ${host} gets ${status}`, async () => {
    const answer = await ask(local, '/', { headers: { host } });
    assert.ok(answer.status === status || (status === 421 && answer.status === 400), `${answer.status}`);
    // Under another hostname the answer does not identify this stack.
    assert.equal(answer.headers['x-sidelink-instance'], answer.status === 200 ? instance : undefined);
  });
}

test('every answer has the instance header once, whatever the upstream sends, and our own answers name no program', async () => {
  const answers = await Promise.all([
    ask(tunnel, '/'), ask(tunnel, '/broken'), ask(tunnel, '/stream', { method: 'HEAD' }), ask(tunnel, '/stream', { method: 'PUT' }), ask(tunnel, '/stream'),
    ask(tunnel, '/stream.wav'), ask(tunnel, '/sidelink/x', { method: 'POST', body: 'x'.repeat(2_000_000) }), ask(local, '/', { headers: { host: 'localhost' } }),
  ]);
  for (const { status, headers } of answers) assert.equal(headers['x-sidelink-instance'], instance, `status ${status}`);
  for (const { status, headers } of answers.slice(2, -1)) {
    assert.equal(headers['referrer-policy'], 'no-referrer', `status ${status}`);
    assert.equal(headers.server, undefined, `status ${status}`);
  }
  assert.equal(answers[1].status, 500);
  assert.equal(answers[0].headers['x-sidelink-preparing'], undefined);
});

test('a missing upstream: JSON for programs', async () => {
  for (const request of [{}, { headers: { accept: 'application/json' } }, { method: 'POST', headers: { accept: '*/*' } }]) {
    const answer = await ask(tunnel, '/stream.wav', request);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['x-sidelink-preparing'], 'true');
    assert.equal(answer.headers['retry-after'], '2');
    assert.equal(answer.headers['cache-control'], 'no-store');
    const { error } = JSON.parse(answer.body);
    assert.equal(error.code, 'preparing');
    assert.ok(error.message && error.messagePt);
  }
});

const languages = [
  ['pt-BR,pt;q=0.9,en;q=0.8', 'pt-BR'], ['pt', 'pt-BR'], ['es,pt;q=0.8', 'pt-BR'], ['en-US,en;q=0.9,pt;q=0.8', 'en'], ['en', 'en'], ['de', 'en'], ['', 'en'],
];
for (const [language, expected] of languages) {
  test(`a missing upstream: a page in ${expected} for "${language}"`, async () => {
    const answer = await ask(tunnel, '/stream.wav', { headers: { accept: 'text/html,*/*;q=0.8', 'accept-language': language } });
    assert.equal(answer.status, 503);
    assert.match(answer.headers['content-type'], /^text\/html/);
    assert.equal(answer.headers['x-sidelink-preparing'], 'true');
    assert.equal(answer.headers['x-sidelink-instance'], instance);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.match(answer.body, new RegExp(`<html lang="${expected}">`));
  });
}

test('an upstream that comes back at another address is found at the next request', async () => {
  const network = (await docker('inspect', '--format', '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}', app)).trim();
  const address = () => docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', app);
  const before = await address();
  await docker('stop', '--time', '0', app);
  const began = Date.now();
  const down = await ask(tunnel, '/private/token-in-the-path', { headers: { accept: 'text/html' } });
  assert.equal(down.status, 503);
  assert.equal(down.headers['x-sidelink-preparing'], 'true');
  assert.ok(Date.now() - began < 4000, 'a visitor waits too long for the page');
  await sandbox.program('squatter', [], 'setInterval(() => {}, 1e6)'); // takes the old address
  await docker('start', app);
  assert.notEqual(await address(), before, `the address in ${network} should have changed`);
  await eventually('the app answers again', async () => (await ask(tunnel, '/')).status === 200, 5000);
});

test('the log holds no path, because paths hold link tokens', async () => {
  await docker('stop', '--time', '0', sidecar);
  await ask(tunnel, '/sidelink/links/token-in-the-path/join', { method: 'POST' });
  await assert.rejects(ask(tunnel, '/cut/token-in-the-path'));
  assert.doesNotMatch(await docker('logs', gateway), /token-in-the-path/);
});

test('only the gateway itself reaches its healthcheck, and no administration endpoint is open', async () => {
  const wget = (url) => docker('exec', gateway, 'wget', '-q', '-O', '-', url).then(() => true, () => false);
  assert.equal(await wget('http://127.0.0.1:8082/'), true);
  assert.equal(await wget('http://127.0.0.1:2019/config/'), false);
  const own = await docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', gateway);
  assert.equal(await wget(`http://${own}:8082/`), false);
});
