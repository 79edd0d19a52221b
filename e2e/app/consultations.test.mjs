// The professional's pages and the API, in a real browser, against the test's sidecar.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { PHONE, Screens } from './screens.mjs';
import { AWAITED, CONTROL_TOKEN } from './sidecar.mjs';
import { PASSWORD, Site } from './site.mjs';

const REQUEST = { professionalId: 'dr-1', clientId: 'c-1', consultationType: 'Retorno' };
let site, screens, session, page;

before(async () => {
  site = await Site.opens();
  screens = await Screens.open();
  session = await site.session();
});
after(async () => {
  await screens?.close();
  await site?.closes();
});
beforeEach(() => site.sidecar.resets());
afterEach(async () => {
  await page?.context().close();
  page = null;
});

const part = (name) => page.getByTestId(name);
const opens = async (path = '/consultations', { look, signedIn = true } = {}) => {
  page = await screens.visitor(look, { session: signedIn ? session : null });
  await page.goto(site.url + path);
};
const asks = (path, { method = 'POST', body = REQUEST, headers = {} } = {}) =>
  fetch(site.url + path, {
    method, redirect: 'manual', headers: { 'content-type': 'application/json', ...headers }, body: method === 'GET' ? undefined : JSON.stringify(body),
  });
const signedIn = () => ({ cookie: `${session.name}=${session.value}`, origin: site.url });
const fills = async (client = 'João Pereira') => {
  await part('professional').fill('Dra. Ana Lima');
  await part('client').fill(client);
  await part('type').fill('Retorno');
};

test('the start page leads to the password, to the consultations, and out again', async () => {
  await opens('/', { signedIn: false });
  site.address = '198.51.100.251';
  await part('to-consultations').click();
  await page.getByText('docker compose exec sidecar sidelink password').waitFor();
  await part('password').fill('abcde');
  await part('sign-in').click();
  await page.locator('[data-testid="failed"]', { hasText: 'Wrong password.' }).waitFor();
  await part('password').fill(` ${PASSWORD} `);
  await part('sign-in').click();
  await page.waitForURL(`${site.url}/consultations`);
  await part('sign-out').click();
  await page.waitForURL(`${site.url}/signin`);
  await page.goto(`${site.url}/consultations`);
  assert.equal(page.url(), `${site.url}/signin`);
});

test('signing in leads to the consultation that was requested before', async () => {
  const { token } = site.sidecar.holds();
  await opens(`/consultations/professional/${token}`, { signedIn: false });
  site.address = '198.51.100.252';
  await part('password').fill(PASSWORD);
  await part('sign-in').click();
  await page.waitForURL(`${site.url}/consultations/professional/${token}`);
  await part('lobby').waitFor();
  assert.equal(await part('your-name').inputValue(), 'Dra. Ana Lima');
});

test('one click creates one link, which can be copied, sent and scanned; a name with markup stays text', async () => {
  await opens();
  await fills('<b>João</b>');
  await part('generate-link').dblclick();
  const url = await part('consultation-url').getAttribute('href');
  assert.match(url, /^https:\/\/calm-river\.trycloudflare\.com\/consultations\/client\/[\w-]+$/);
  assert.equal(site.sidecar.links.size, 1);
  await page.getByRole('heading', { name: 'Link for <b>João</b>' }).waitFor();
  await page.getByRole('button', { name: 'Copy the link' }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), url);
  const whatsapp = new URL(await part('whatsapp').getAttribute('href'));
  assert.equal(whatsapp.origin, 'https://wa.me');
  assert.ok(whatsapp.searchParams.get('text').endsWith(`\n${url}`));
  assert.match(await part('whatsapp').getAttribute('rel'), /noopener/);
  const width = await part('qr').evaluate((image) => image.decode().then(() => image.naturalWidth));
  assert.ok(width > 0, 'the QR code is drawn');
  assert.deepEqual(page.faults, []);
});

test('one click on a fresh page is enough', async () => {
  for (const [locale, names] of [['en-US', ['Professional', 'Client', 'First consultation']], ['pt-BR', ['Profissional', 'Cliente', 'Primeira consulta']]]) {
    const before = new Set(site.sidecar.links.keys());
    await opens('/consultations', { look: { locale } });
    await part('generate-link').click();
    await part('ready-link').waitFor();
    const [made] = [...site.sidecar.links].filter(([token]) => !before.has(token)).map(([, link]) => link);
    assert.deepEqual([made.professionalId, made.clientId, made.consultationType], names);
    await page.context().close();
  }
  page = null;
});

test('the page names what is awaited, layer by layer, and then shows the link automatically', async () => {
  site.sidecar.awaits(AWAITED.edge);
  await opens('/consultations', { look: { locale: 'pt-BR' } });
  await fills();
  await page.getByRole('button', { name: 'Gerar Link' }).click();
  await page.getByText('Preparando sistema…').waitFor();
  await page.getByText(AWAITED.edge.messagePt).waitFor();
  const value = () => page.getByRole('progressbar').evaluate((bar) => bar.value);
  const before = await value();
  await page.waitForFunction((at) => document.querySelector('progress').value > at, before);
  site.sidecar.awaits(AWAITED.livekit);
  await page.getByText(AWAITED.livekit.messagePt).waitFor();
  assert.ok((await value()) > before);
  assert.equal(site.sidecar.links.size, 0, 'a link was created before the stack worked');
  site.sidecar.awaits(null);
  await part('ready-link').waitFor();
  assert.equal(site.sidecar.links.size, 1);
});

test('the list follows: opened on a phone, stale address, sent again, ended', async () => {
  const { token } = site.sidecar.holds();
  await opens();
  await page.getByText('not opened yet').waitFor();
  site.sidecar.changes(token, { openedAt: new Date(Date.now() - 180_000).toISOString(), opened: { device: 'phone' } });
  await page.getByText('opened on a phone, 3 min. ago').waitFor();
  site.sidecar.movesTo('https://other-hill.trycloudflare.com');
  await part('stale-address').waitFor();
  await page.getByRole('button', { name: 'Send again: link to João Pereira' }).click();
  assert.equal(await part('consultation-url').getAttribute('href'), `https://other-hill.trycloudflare.com/consultations/client/${token}`);
  await part('stale-address').waitFor({ state: 'detached' });
  await part('end').click();
  await page.keyboard.press('Enter');
  assert.equal(site.sidecar.links.size, 1, 'Enter alone ends nothing');
  await part('end').click();
  await part('end-yes').click();
  await page.locator('[data-testid="consultations"][data-count="0"]').waitFor();
  assert.equal(site.sidecar.links.size, 0);
});

test('the share sheet is offered where the browser has one', async () => {
  site.sidecar.holds();
  page = await screens.visitor({ ...PHONE }, { session });
  await page.addInitScript(() => {
    navigator.share = (shared) => ((window.shared = shared), Promise.resolve());
  });
  await page.goto(`${site.url}/consultations`);
  await part('send').click();
  await part('share').click();
  const shared = await page.evaluate(() => window.shared);
  assert.match(shared.text, /https:\/\/calm-river\.trycloudflare\.com\/consultations\/client\//);
});

test('the API gives a link to signed-in pages and to servers with the app token, and refuses others', async () => {
  const path = '/api/generate-consultation-token';
  const made = await asks(path, { headers: { authorization: `Bearer ${CONTROL_TOKEN}` } });
  assert.equal(made.status, 200);
  const link = await made.json();
  assert.deepEqual(Object.keys(link).sort(), ['consultationUrl', 'expiresAt', 'qr', 'room', 'token', 'verifiedAt']);
  assert.equal((await asks(path, { headers: signedIn() })).status, 200);
  const refusals = [
    [{}, 403, 'other_origin'], [{ origin: site.url }, 401, 'signed_out'], [{ authorization: 'Bearer x' }, 401, 'unauthorized'],
    [{ cookie: signedIn().cookie }, 403, 'other_origin'], [{ ...signedIn(), origin: 'https://evil.example' }, 403, 'other_origin'],
  ];
  for (const [headers, status, code] of refusals) {
    const answer = await asks(path, { headers });
    const { error } = await answer.json();
    assert.deepEqual([answer.status, error.code], [status, code]);
    assert.ok(error.message && error.messagePt);
  }
  assert.equal((await asks(path, { method: 'GET' })).headers.get('allow'), 'POST');
  const large = await asks(path, { headers: signedIn(), body: { ...REQUEST, clientId: 'x'.repeat(5_000) } });
  assert.equal(large.status, 413);
});

test('while not ready the API answers 503 with the reason, or 202 with Prefer: respond-async', async () => {
  site.sidecar.awaits(AWAITED.edge);
  const path = '/api/generate-consultation-token';
  const headers = { authorization: `Bearer ${CONTROL_TOKEN}` };
  // The app waits up to 25 s; concurrent requests make the test wait only once.
  const [refused, waiting] = await Promise.all([asks(path, { headers }), asks(path, { headers: { ...headers, prefer: 'respond-async' } })]);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('retry-after'), '1');
  const { error } = await refused.json();
  assert.deepEqual([error.code, error.messagePt], ['preparing', AWAITED.edge.messagePt]);
  assert.equal(waiting.status, 202);
  assert.equal((await waiting.json()).waitingFor.layer, 'edge');
  assert.equal(site.sidecar.links.size, 0);
});

test('after ten wrong passwords an address is refused, except with the right password', async () => {
  const tries = (password) => asks('/api/signin', { headers: { origin: site.url }, body: { password } });
  site.address = '198.51.100.253';
  const statuses = [];
  for (let count = 0; count < 400; count += 1) statuses.push((await tries(`guess ${count}`)).status);
  assert.deepEqual([statuses.filter((status) => status === 403).length, statuses.filter((status) => status === 429).length], [10, 390]);
  const last = await tries('guess');
  assert.ok(Number(last.headers.get('retry-after')) > 200);
  assert.match((await last.json()).error.message, /from this address/);
  assert.equal((await tries(PASSWORD)).status, 204, 'a visitor behind the same address locks the professional out');
  site.address = '198.51.100.254';
  assert.equal((await tries('guess')).status, 403, 'another address pays for it');
  const cookie = (await tries(PASSWORD)).headers.get('set-cookie');
  assert.match(cookie, /^consultations=\d+\.[\w-]+\.[\w-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/);
});

test('a preview card describes the link in the reader’s language or both, without the token', async () => {
  const { token } = site.sidecar.holds();
  const head = async (headers) => (await (await fetch(`${site.url}/consultations/client/${token}`, { headers })).text()).split('<body')[0];
  const portuguese = await head({ 'accept-language': 'pt-BR' });
  assert.match(portuguese, /property="og:title" content="Consulta por vídeo"/);
  assert.match(portuguese, /name="robots" content="noindex, nofollow"/);
  assert.match(await head({ 'user-agent': 'WhatsApp/2.25' }), /og:title" content="Consulta por vídeo · Video consultation"/);
  assert.ok(!portuguese.includes(token) && !portuguese.includes('og:url'));
  assert.equal(site.sidecar.links.get(token).openedAt, null, 'a preview opens nothing');
});

test('only a page under a tunnel may reach the hosts of other tunnels', async () => {
  const policy = async (host) => {
    const { request } = await import('node:http');
    return new Promise((resolve, reject) => {
      const url = new URL(site.url);
      request({ host: url.hostname, port: url.port, path: '/signin', headers: { host } }, (answer) => {
        answer.resume();
        resolve(/connect-src ([^;]+)/.exec(answer.headers['content-security-policy'])[1]);
      }).on('error', reject).end();
    });
  };
  const moving = ['*.trycloudflare.com', '*.ngrok-free.dev', '*.ngrok-free.app'].map((name) => ` https://${name} wss://${name}`).join('');
  const own = (host) => `'self' ws://${host} wss://${host}`;
  for (const host of ['calm-river.trycloudflare.com', 'quiet-otter.ngrok-free.dev']) assert.equal(await policy(host), own(host) + moving);
  for (const host of ['localhost:8080', 'example.org', 'trycloudflare.com.evil.example', 'a.b.trycloudflare.com']) assert.equal(await policy(host), own(host));
});
