// Consultations with a real LiveKit: join, video and sound in both directions, leave, join again;
// and the phone check.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { LiveKit } from './livekit.mjs';
import { PHONE, Screens, shot } from './screens.mjs';
import { AWAITED } from './sidecar.mjs';
import { Site } from './site.mjs';

let livekit, site, screens, session;
let pages = [];

before(async () => {
  livekit = await LiveKit.starts();
  site = await Site.opens({ livekit });
  screens = await Screens.open();
  session = await site.session();
});
after(async () => {
  await screens?.close();
  await site?.closes();
  await livekit?.stops();
});
beforeEach(() => site.sidecar.resets());
afterEach(async () => {
  for (const page of pages) await page.context().close();
  pages = [];
});

async function visitor(look, options) {
  const page = await screens.visitor(look, options);
  pages.push(page);
  return page;
}

async function enters(page, name) {
  await page.getByTestId('your-name').fill(name);
  await page.getByTestId('preview').waitFor();
  await page.getByTestId('enter').click();
}

async function clientEnters(link, name = 'João', look = { ...PHONE, locale: 'pt-BR' }) {
  const page = await visitor(look);
  await page.goto(`${site.url}/consultations/client/${link.token}`);
  await enters(page, name);
  await page.getByTestId('call').waitFor();
  return page;
}

async function professionalEnters(link) {
  const page = await visitor({}, { session });
  await page.goto(`${site.url}/consultations/professional/${link.token}`);
  await page.getByTestId('preview').waitFor();
  await page.getByTestId('enter').click();
  await page.getByTestId('call').waitFor();
  return page;
}

/** Waits until ten frames of the other's video are painted. */
const seesOther = (page) => page.waitForFunction(async () => {
  const video = document.querySelector('[data-testid="tile-video"][data-local="false"]');
  if (!video) return false;
  for (let count = 0; count < 10; count += 1) await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  return video.videoWidth > 0;
}, null, { timeout: 30_000 });
const hearsOther = (page) => page.waitForFunction(() => [...document.querySelectorAll('audio')].some((audio) => !audio.paused && audio.srcObject));
const reported = async (wanted) => {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = site.sidecar.reports.find(wanted);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not reported: ${JSON.stringify(site.sidecar.reports)}`);
};

test('client and professional see and hear each other; both pages report how far video reached', async () => {
  const link = site.sidecar.holds();
  const phone = await clientEnters(link);
  await phone.getByText('A consulta começa assim que a outra pessoa entrar.').waitFor();
  await shot(phone, 'call-waiting-phone');
  const desk = await professionalEnters(link);
  await Promise.all([seesOther(phone), seesOther(desk), hearsOther(phone), hearsOther(desk)]);
  await phone.getByText('Dra. Ana Lima entrou').waitFor();
  const report = await reported(({ device, firstFrameMs }) => device === 'phone' && firstFrameMs !== undefined);
  assert.deepEqual([report.media, report.protocol, report.signal], ['lan', 'udp', true]);
  assert.ok(report.firstFrameMs < 10_000 && report.rttMs < 1_000, JSON.stringify(report));
  await reported(({ device }) => device === 'desktop');
  for (const page of [phone, desk]) {
    assert.deepEqual(await screens.complaints(page), []);
    assert.deepEqual(page.faults, []);
  }
  await shot(phone, 'call-phone');
  await shot(desk, 'call-desk');
});

test('microphone and camera go off and on, and the other page shows it', async () => {
  const link = site.sidecar.holds();
  const [phone, desk] = [await clientEnters(link), await professionalEnters(link)];
  await Promise.all([seesOther(phone), seesOther(desk)]);
  await phone.getByRole('button', { name: 'Desligar o microfone' }).click();
  await desk.getByRole('img', { name: 'Microphone off' }).waitFor();
  await phone.getByRole('button', { name: 'Desligar a câmera' }).click();
  await desk.getByText('Camera off').waitFor();
  await shot(desk, 'call-camera-off-desk');
  await phone.getByRole('button', { name: 'Ligar a câmera' }).click();
  await seesOther(desk);
  await phone.getByTestId('settings').click();
  await phone.getByTestId('choose-audioinput').waitFor();
  await seesOther(phone);
  await shot(phone, 'call-settings-phone');
  assert.deepEqual(await screens.complaints(phone), []);
});

test('after leaving, one tap leads back as the same participant', async () => {
  const link = site.sidecar.holds();
  const phone = await clientEnters(link);
  const desk = await professionalEnters(link);
  const identity = await desk.getByTestId('other').getAttribute('data-identity');
  await phone.getByTestId('leave').click();
  await phone.getByText('Você saiu da consulta').waitFor();
  await shot(phone, 'ended-phone');
  assert.deepEqual(await screens.complaints(phone), []);
  await desk.getByText('João has left').waitFor();
  await phone.getByTestId('again').click();
  await seesOther(desk);
  assert.equal(await desk.getByTestId('other').getAttribute('data-identity'), identity);
});

test('an ended link ends the call for every participant, and the page shows why', async () => {
  const link = site.sidecar.holds();
  const phone = await clientEnters(link);
  site.sidecar.links.delete(link.token);
  await livekit.service('DeleteRoom', { room: link.room });
  await phone.locator('[data-testid="ended"][data-ending="ended"]').waitFor();
  await phone.getByText('A consulta terminou').waitFor();
  await phone.reload();
  await phone.getByTestId('closed').waitFor();
});

test('the page reports a full consultation', async () => {
  const link = site.sidecar.holds({ maxParticipants: 1 });
  await clientEnters(link);
  const second = await visitor({});
  await second.goto(`${site.url}/consultations/client/${link.token}`);
  await enters(second, 'Maria');
  await second.locator('[data-testid="refused"][data-code="full"]').waitFor();
});

test('while the stack is not ready the page waits, and continues automatically', async () => {
  const link = site.sidecar.holds();
  site.sidecar.joinAnswer = { status: 503, error: { code: 'preparing', ...AWAITED.livekit } };
  const page = await visitor({ locale: 'pt-BR' });
  await page.goto(`${site.url}/consultations/client/${link.token}`);
  await enters(page, 'João');
  await page.getByText(AWAITED.livekit.messagePt).waitFor();
  site.sidecar.joinAnswer = null;
  await page.getByTestId('call').waitFor();
});

test('a participant without a camera can see and hear', async () => {
  const link = site.sidecar.holds();
  const desk = await professionalEnters(link);
  const page = await visitor(PHONE, { permissions: [] });
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await page.goto(`${site.url}/consultations/client/${link.token}`);
  await page.getByTestId('your-name').fill('João');
  await page.getByTestId('allow').click();
  await page.locator('[data-testid="device-problem"] [data-code="denied"]').waitFor();
  await page.getByTestId('enter').click();
  await seesOther(page);
  await desk.getByText('Camera off').waitFor();
});

test('LiveKit is cut off for a moment: the page reports it and the call recovers', async () => {
  const link = site.sidecar.holds();
  const [phone, desk] = [await clientEnters(link), await professionalEnters(link)];
  await Promise.all([seesOther(phone), seesOther(desk)]);
  site.cutsSignalling();
  await phone.locator('[data-testid="call"]:not([data-state="connected"]) [data-testid="unstable"]').waitFor();
  await seesOther(phone); // video takes another path
  await shot(phone, 'call-unstable-phone');
  site.restoresSignalling();
  await phone.locator('[data-testid="call"][data-state="connected"]').waitFor({ timeout: 30_000 });
  await Promise.all([seesOther(phone), seesOther(desk)]);
});

test('a phone checks each leg, shows how far video reaches, and reports it', { timeout: 120_000 }, async () => {
  const link = site.sidecar.holds({ kind: 'check', maxParticipants: 4 });
  const phone = await visitor({ ...PHONE, locale: 'pt-BR' });
  await phone.goto(`${site.url}/phone#${link.token}`);
  await phone.getByTestId('start').click();
  await phone.locator('[data-testid="leg-websocket"][data-state="ok"]').waitFor();
  await phone.locator('[data-testid="grade"][data-grade="lan"]').waitFor({ timeout: 90_000 });
  await shot(phone, 'phone-check-lan');
  const report = await reported(({ legs }) => legs);
  assert.deepEqual([report.media, report.signal, report.device], ['lan', true, 'phone']);
  assert.deepEqual(report.legs.filter(({ ok }) => ok).map(({ name }) => name), ['websocket', 'webrtc', 'audio', 'video', 'reconnect']);
  assert.deepEqual(await screens.complaints(phone), []);
});
