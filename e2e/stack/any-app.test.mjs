// Another app in the place of Sidelink's, by two lines of `.env`: examples/vite-react.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { phoneBrowser } from '../support/browser.mjs';
import { compose, container, control, docker, stack } from '../support/stack.mjs';

const FILES = 'compose.yaml:examples/vite-react/compose.yaml:stand-ins/compose.yaml';

let phone, publicUrl;

before(async () => {
  await compose(['build', '--quiet', 'app'], { env: { COMPOSE_FILE: FILES } });
  await stack.isReady();
  await stack.switchTo({ files: FILES });
  ({ publicUrl } = await stack.isReady());
  phone = await phoneBrowser();
}, { timeout: 400_000 });
after(async () => {
  await phone?.close();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

/** Creates a link for a client, as any program does. */
async function createLink() {
  const answer = await fetch(`${control}/links?wait=25s`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await stack.token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ professionalId: 'ana', clientId: 'bia', consultationType: 'first' }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return answer.json();
}

/** Whether the socket is LiveKit's signalling under another hostname than the first. */
function hasMigrated(socket) {
  const { host, pathname } = new URL(socket.url());
  return pathname.startsWith('/rtc') && host !== new URL(publicUrl).host;
}

/** A visitor who opens the link and joins. */
async function joins(name, link) {
  const visitor = await phone.visitor(name);
  await visitor.opens(link);
  await visitor.part('name').fill(name);
  await visitor.part('join').click();
  await visitor.sees('call', 'data-phase', 'joined');
  return visitor;
}

test('it runs in the app\'s place, healthy at its own path', { timeout: 60_000 }, async () => {
  const { Config } = JSON.parse(await docker('inspect', container('app')))[0];
  assert.equal(Config.Image, 'sidelink/example-vite-react:0.1.0');
  assert.equal(Config.Labels['sidelink.health-path'], '/');
  const page = await phone.visitor('Ana');
  await page.opens(publicUrl);
  await page.seesLink(publicUrl);
  assert.equal(await page.page.evaluate(() => window.__RUNTIME_CONFIG__.publicUrl), publicUrl);
});

test('two people meet by a link, and the call continues while the hostname changes', { timeout: 300_000 }, async (t) => {
  const { consultationUrl } = await createLink();
  assert.match(consultationUrl, new RegExp(`^${publicUrl}/consultations/client/`));
  const people = [await joins('Ana', consultationUrl), await joins('Bia', consultationUrl)];
  for (const person of people) {
    const { decodedBefore, decodedAfter } = await person.seesMovingVideo(1);
    assert.ok(decodedAfter > decodedBefore, `${person.name} decodes nothing`);
    await person.shot(`any-app-${person.name}`);
  }
  const connections = () => Promise.all(people.map(({ page }) => page.evaluate(() => window.peerConnections.length)));
  const atFirst = await connections();

  const began = Date.now();
  const signalling = people.map(({ page }) => page.waitForEvent('websocket', { predicate: hasMigrated, timeout: 180_000 }));
  const restarted = stack.restart('cloudflared');
  const migrated = await stack.config((config) => config.publicUrl && config.publicUrl !== publicUrl);
  t.diagnostic(`another hostname is verified after ${Date.now() - began} ms`);
  await Promise.all(people.map(async (person, index) => {
    const socket = await signalling[index];
    assert.equal(new URL(socket.url()).host, new URL(migrated.publicUrl).host);
    await person.sees('call', 'data-phase', 'joined');
    const { decodedBefore, decodedAfter } = await person.seesMovingVideo(1);
    assert.ok(decodedAfter > decodedBefore, `${person.name} sees a still`);
  }));
  t.diagnostic(`signalling uses it after ${Date.now() - began} ms`);
  await restarted;
  assert.deepEqual(await connections(), atFirst, 'a media connection was replaced');
});
