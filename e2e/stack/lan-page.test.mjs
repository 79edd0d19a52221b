// compose/lan.yaml: a phone on the Wi-Fi opens the page at this machine's address there, without the tunnel. It reaches
// what visitors of the public URL reach, and the page offers that URL for camera and microphone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { links } from '../support/links.mjs';
import { container, control, docker, local, project, stack } from '../support/stack.mjs';

const ADDRESS = `${process.env.STAND_INS_LAN || '10.77.77'}.1`;
const PORT = new URL(local).port;
const CONTROL_PORT = new URL(control).port;
const HOST = `${ADDRESS}:${PORT}`;
const PAGE = `http://${HOST}`;
const FILES = 'compose.yaml:compose/lan.yaml:stand-ins/compose.yaml';

let desk, phone, publicUrl;

before(async () => {
  await stack.isReady();
  [desk, phone] = await Promise.all([localBrowser(), phoneBrowser()]); // the phone's Wi-Fi gives this machine its address
  await stack.switchTo({ files: FILES });
  ({ publicUrl } = await stack.isReady());
}, { timeout: 240_000 });

after(async () => {
  await links.revokeAll();
  await phone?.close();
  await desk?.close();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

/** Requests from another container on the Wi-Fi: the status of each, or the code of its error. */
async function statuses(requests) {
  const script = `
    const { request } = require('http');
    const answer = ({ port = ${PORT}, path = '/', host = '${HOST}', method = 'GET', headers = {} }) => new Promise((done) => {
      const sent = request({ host: '${ADDRESS}', port, path, method, headers: { host, ...headers } }, (got) => (got.resume(), done(got.statusCode)));
      sent.setTimeout(5000, () => sent.destroy(Object.assign(new Error(), { code: 'silent' })));
      sent.on('error', ({ code }) => done(code));
      sent.end();
    });
    Promise.all(${JSON.stringify(requests)}.map(answer)).then((all) => console.log(JSON.stringify(all)));`;
  return JSON.parse(await docker('run', '--rm', '--network', `${project}_lan`, 'node:24-trixie-slim', 'node', '-e', script));
}

/** Asserts that each of these has one of these answers. */
async function answer(expected, requests) {
  const found = await statuses(requests);
  const wrong = requests.flatMap((request, at) => (expected.includes(found[at]) ? [] : [`${JSON.stringify(request)}: ${found[at]}`]));
  assert.deepEqual(wrong, []);
}

for (const [locale, text] of [['en-US', /no camera, no microphone and no sound processing \(AudioWorklet\)/], ['pt-BR', /não libera câmera, microfone nem processamento de som \(AudioWorklet\)/]]) {
  test(`${locale}: the page at the LAN address shows what the browser denies there, and leads to the public URL`, { timeout: 120_000 }, async () => {
    const ana = await phone.visitor('Ana', { locale });
    await ana.opens(PAGE);
    await ana.seesPhase('ready');
    await ana.follows('websocket');
    const config = await ana.page.evaluate(async () => (await fetch('/runtime-config')).json());
    assert.deepEqual([config.origin, config.livekitUrl, config.publicUrl], [PAGE, `ws://${HOST}`, publicUrl]);
    const denied = await ana.page.evaluate(() => [window.isSecureContext, 'mediaDevices' in navigator, 'AudioWorklet' in window]);
    assert.deepEqual(denied, [false, false, false]);
    assert.match(await ana.part('insecure').innerText(), text);
    await ana.sees('open-publicly', 'href', `${publicUrl}/`);
    await ana.shot(`lan-page-${locale}`);
    await ana.part('open-publicly').click();
    await ana.page.waitForURL(`${publicUrl}/`);
    await ana.seesPhase('ready');
    assert.equal(await ana.part('insecure').count(), 0);
  });
}

test('a link that was opened at the LAN address leads to the same link under the public URL', { timeout: 120_000 }, async () => {
  const link = await links.made();
  const path = `/consultations/client/${link.token}`;
  const ana = await phone.visitor('Ana');
  await ana.opens(PAGE + path);
  await ana.sees('lobby');
  await ana.sees('open-publicly', 'href', publicUrl + path);
});

test('a page at the LAN address has the video of others', { timeout: 180_000 }, async () => {
  const [there, here] = [await phone.visitor('Ana'), await desk.visitor('Bia')];
  await there.opens(PAGE);
  await here.opens(local);
  await here.joins('lan');
  await there.joins('lan');
  await there.seesMovingVideo(1);
  await there.leaves();
  await here.leaves();
});

test('every other name is refused there, also from pages of other sites', { timeout: 60_000 }, async () => {
  const names = ['evil.example', `evil.example:${PORT}`, `${ADDRESS}.nip.io:${PORT}`, 'studio.local.evil.example', '203.0.113.9', 'gateway:8080', 'sidecar:8788'];
  const paths = ['/', '/runtime-config', '/sidelink/status', '/rtc/validate'];
  await answer([421], names.flatMap((host) => paths.map((path) => ({ host, path }))));
  const foreign = [{ origin: 'https://evil.example' }, { origin: `http://${ADDRESS.replace(/\d+$/, '66')}:${PORT}` }, { 'sec-fetch-site': 'cross-site' }];
  await answer([403], foreign.flatMap((headers) => paths.slice(1).map((path) => ({ path, headers }))));
  await answer([200], [{ path: '/' }, { path: '/runtime-config' }, { path: '/runtime-config', host: `studio.local:${PORT}` }, { path: '/sidelink/status', headers: { origin: PAGE } }]);
});

test('the control port and the dashboard are not reachable there', { timeout: 60_000 }, async () => {
  const { HostConfig: { PortBindings } } = await stack.inspect('sidecar');
  assert.deepEqual(Object.values(PortBindings).flat().map(({ HostIp }) => HostIp), ['127.0.0.1']);
  const ports = [CONTROL_PORT, 8081, 8787, 8789].map(Number);
  await answer(['ECONNREFUSED'], ports.flatMap((port) => [HOST, 'localhost:8788', '127.0.0.1'].map((host) => ({ port, host }))));
  // Neither a visitor of the public URL nor one of the Wi-Fi finds a route of the control port.
  const routes = [
    ['GET', '/login?code=x'], ['GET', '/session'], ['GET', '/qr.svg'], ['GET', '/doctor'], ['GET', '/metrics'], ['GET', '/startup'], ['GET', '/openapi.json'], ['GET', '/links'], ['GET', '/status/ws'],
    ['POST', '/verify'], ['POST', '/dashboard/code'], ['POST', '/tunnel/wake'], ['POST', '/services/app/restart'], ['POST', '/livekit-token'], ['POST', '/phone-check'], ['POST', '/links'],
  ];
  for (const host of [HOST, `localhost:${PORT}`]) {
    await answer([404, 405], routes.map(([method, path]) => ({ method, path: `/sidelink${path}`, host, headers: method === 'POST' ? { origin: `http://${host}` } : {} })));
  }
});

test('the exposure checks pass, and internal endpoints do not answer there', { timeout: 60_000 }, async () => {
  const [{ observed }] = (await stack.verify()).layers.filter(({ layer }) => layer === 'exposure');
  assert.match(observed, /^(\d+)\/\1 closed$/);
  const paths = ['/twirp/livekit.RoomService/ListRooms', '/debug/pprof/', '/metrics', '/admin/stats', '/status-json.xsl', '/silence', '/rtc/..%2ftwirp/x', '/stream/../admin/stats', '/config/', '/api/tunnels'];
  await answer([404, 400, 405, 308], paths.flatMap((path) => [{ path }, { path, host: `localhost:${PORT}` }, { method: 'POST', path }]));
});

test('the banner has the address on the Wi-Fi', { timeout: 60_000 }, async () => {
  await stack.log('sidecar', new RegExp(`On this Wi-Fi, without camera and microphone: ${PAGE.replaceAll('.', '\\.')}\\n`));
});

test('the gateway has its port on every IPv4 address, once', { timeout: 30_000 }, async () => {
  const bindings = await docker('inspect', '--format', '{{json .HostConfig.PortBindings}}', container('gateway'));
  assert.deepEqual(JSON.parse(bindings), { '8080/tcp': [{ HostIp: '0.0.0.0', HostPort: PORT }] });
});
