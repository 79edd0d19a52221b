// Accessibility of every page and state of the app: keyboard, contrast, small screens, screen
// readers.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { LOOKS, Screens, shot } from './screens.mjs';
import { AWAITED } from './sidecar.mjs';
import { Site } from './site.mjs';

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
afterEach(() => page?.context().close());

const part = (name) => page.getByTestId(name);
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const HOUR = 60;

/**
 * How a page reaches a state: `first` prepares it, `path` opens it, `done` acts in it, `shows` is
 * the element to wait for.
 */
const SCENES = {
  home: { path: '/', shows: '[data-testid="public-url"]' },
  'sign-in': {
    path: '/signin', signedOut: true, shows: '[data-testid="failed"]',
    done: async () => {
      site.address = `198.51.100.${Math.floor(Math.random() * 250)}`;
      await part('password').fill('wrong');
      await part('sign-in').click();
    },
  },
  'no consultations': { path: '/consultations', shows: '[data-testid="consultations"][data-count="0"]' },
  consultations: {
    path: '/consultations', shows: '[data-testid="consultations"][data-count="4"] [data-device="phone"]',
    first: () => {
      site.sidecar.holds({ clientId: '<img src=x onerror=alert(1)> & Cia.', consultationType: 'Primeira consulta', createdAt: ago(3 * HOUR) });
      site.sidecar.holds({ clientId: 'Maria das Graças de Oliveira Cavalcanti e Albuquerque', createdAt: ago(2 * HOUR), openedAt: ago(90), opened: { device: 'desktop' } });
      site.sidecar.holds({ clientId: 'João Pereira', openedAt: ago(3), opened: { device: 'phone' } });
      site.sidecar.holds({ clientId: '4711', staleAddress: true });
    },
  },
  preparing: { path: '/consultations', shows: '[data-testid="preparing"]', first: () => site.sidecar.awaits(AWAITED.edge), done: generates },
  'link ready': { path: '/consultations', shows: '[data-testid="generate"] [data-testid="qr"]', done: generates },
  'ending a link': {
    path: '/consultations', shows: 'dialog[open]', first: () => site.sidecar.holds(), done: () => part('end').click(),
  },
  'sent again': {
    path: '/consultations', shows: '[data-testid="consultation"] [data-testid="qr"]', first: () => site.sidecar.holds({ staleAddress: true }),
    done: () => part('send').click(),
  },
  'professional before the call': { path: () => `/consultations/professional/${held().token}`, shows: '[data-testid="preview"]', first: () => site.sidecar.holds() },
  'client before the call': { path: client, signedOut: true, shows: '[data-testid="preview"]', first: () => site.sidecar.holds() },
  'client not asked yet': { path: client, signedOut: true, permissions: [], shows: '[data-testid="allow"]', first: () => site.sidecar.holds() },
  'client refused the camera': {
    path: client, signedOut: true, permissions: [], shows: '[data-testid="device-problem"]', first: () => site.sidecar.holds(), done: () => refusesTheCamera(),
  },
  'client in another app': {
    path: client, signedOut: true, shows: '[data-testid="in-app"]', first: () => site.sidecar.holds(),
    look: { userAgent: 'Mozilla/5.0 (Linux; Android 15; Pixel 8; wv) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36 Instagram 389.0.0.0 Android' },
  },
  'link expired': { path: '/consultations/client/no-such-link', signedOut: true, shows: '[data-testid="closed"]' },
  'client waits for the stack': {
    path: client, signedOut: true, shows: '[data-testid="joining"][data-code="preparing"]',
    first: () => {
      site.sidecar.holds();
      site.sidecar.joinAnswer = { status: 503, error: { code: 'preparing', ...AWAITED.livekit }, retryAfter: 20 };
    },
    done: enters,
  },
  'call does not answer': { path: client, signedOut: true, shows: '[data-testid="refused"]', first: () => site.sidecar.holds(), done: enters },
  'phone check without a code': { path: '/phone', signedOut: true, shows: '[data-testid="no-code"]' },
  'phone check': { path: () => `/phone#${held().token}`, signedOut: true, shows: '[data-testid="phone-check"]', first: () => site.sidecar.holds({ kind: 'check' }) },
  'phone check fails': {
    path: () => `/phone#${held().token}`, signedOut: true, shows: '[data-testid="grade"][data-grade="nothing"]', first: () => site.sidecar.holds({ kind: 'check' }),
    done: () => part('start').click(),
  },
  'phone check expired': { path: '/phone#no-such-code', signedOut: true, shows: '[data-testid="closed"]' },
};

function held() {
  return [...site.sidecar.links.values()].at(-1);
}

function client() {
  return `/consultations/client/${held().token}`;
}

async function generates() {
  await part('professional').fill('Dra. Ana Lima');
  await part('client').fill('João Pereira');
  await part('type').fill('Retorno');
  await part('generate-link').click();
}

async function enters() {
  await part('your-name').fill('João');
  await part('preview').waitFor();
  await part('enter').click();
}

async function refusesTheCamera() {
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await part('allow').click();
}

for (const [name, scene] of Object.entries(SCENES)) {
  test(`${name}: axe-core finds no violation, nothing is too wide or too small, and the page's policy blocks nothing`, async () => {
    for (const look of LOOKS) {
      site.sidecar.resets();
      scene.first?.();
      page = await screens.visitor({ ...look, ...scene.look }, { session: scene.signedOut ? null : session, permissions: scene.permissions });
      await page.goto(site.url + (typeof scene.path === 'function' ? scene.path() : scene.path));
      await scene.done?.();
      await page.locator(scene.shows).first().waitFor();
      await shot(page, `${name.replaceAll(' ', '-')}-${look.name}`);
      assert.deepEqual(await screens.complaints(page), [], look.name);
      assert.deepEqual(page.faults.filter((fault) => !/WebSocket/.test(fault)), [], look.name);
      await page.context().close();
    }
  });
}
