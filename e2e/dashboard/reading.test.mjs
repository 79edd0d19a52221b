// What the page derives from a status document, and that both languages are complete; without a
// browser.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { scenes } from './scenes.mjs';
import { PAGE_SCRIPT } from './sidecar.mjs';

const FILES = new URL('../../sidecar/dashboard/', import.meta.url);
// A browser loads every script of the page as a module; Node 20 needs a data URL for that.
const load = async (name) => import(`data:text/javascript,${encodeURIComponent(await readFile(new URL(name, FILES), 'utf8'))}`);
const { linkWorks, phoneVerdict, restartCosts, stepsFor, troubleOf, verdictOf, withoutSeconds } = await load('reading.js');
const { WORDS } = await load('words.js');
const { CONNECTION_WORDS } = await load('connection-words.js');

test('each scene has its verdict', () => {
  const kinds = Object.fromEntries(Object.entries(scenes).map(([name, scene]) => [name, verdictOf(scene()).kind]));
  assert.deepEqual(kinds, {
    ready: 'works', verified: 'works', sameWifi: 'works', noVideo: 'works', preparing: 'preparing', degraded: 'broken', exhausted: 'exhausted', partly: 'partly', limitedDns: 'limited',
    oldTunnel: 'broken', failed: 'failed', suspended: 'suspended', twoTunnels: 'works',
  });
});

test('a public URL is offered only while it is verified', () => {
  const shown = Object.entries(scenes).filter(([, scene]) => linkWorks(scene())).map(([name]) => name);
  assert.deepEqual(shown, ['ready', 'verified', 'sameWifi', 'noVideo', 'partly', 'limitedDns', 'twoTunnels']);
  const open = scenes.ready(); // an internal endpoint is exposed
  open.layers.find(({ layer }) => layer === 'exposure').state = 'broken';
  assert.ok(!linkWorks(open));
});

test('a button is offered where a press can help', () => {
  const steps = Object.fromEntries(Object.entries(scenes).map(([name, scene]) => {
    const status = scene();
    const trouble = troubleOf(status);
    return [name, trouble ? [trouble.service?.name ?? null, ...stepsFor(status, trouble.reason, trouble.service)] : []];
  }));
  assert.deepEqual(steps, {
    ready: [], verified: [], sameWifi: [], noVideo: [], preparing: ['cloudflared'], degraded: ['livekit', 'restart'], exhausted: ['livekit', 'restart'], partly: ['icecast'],
    limitedDns: ['cloudflared', 'verify'], oldTunnel: ['cloudflared', 'restart'], failed: [null], suspended: [], twoTunnels: [],
  });
});

test('a restart changes the URL only for a quick tunnel in use', () => {
  const costs = (scene, name) => restartCosts(scenes[scene](), scenes[scene]().services.find((service) => service.name === name));
  assert.equal(costs('ready', 'cloudflared'), 'changes');
  assert.equal(costs('ready', 'livekit'), 'nothing');
  assert.equal(costs('twoTunnels', 'cloudflared'), 'nothing');
  assert.equal(costs('twoTunnels', 'cloudflared-named'), 'pauses');
});

test('a phone report is graded by how far video reaches', () => {
  const graded = (grade) => phoneVerdict({ grade, device: 'phone', at: '' });
  assert.deepEqual(phoneVerdict(null), { kind: 'untried', tone: 'unknown' });
  assert.deepEqual(graded('turn'), { kind: 'anyPhone', tone: 'ok' });
  assert.deepEqual(graded('lan'), { kind: 'sameWifi', tone: 'limited' });
  assert.deepEqual(graded('tunnel'), { kind: 'overTunnel', tone: 'ok' });
  assert.deepEqual(graded('direct'), { kind: 'someNetworks', tone: 'limited' });
  assert.deepEqual(graded('none'), { kind: 'noVideo', tone: 'broken' });
  assert.deepEqual(graded('unknown'), { kind: 'noVideo', tone: 'broken' });
});

test('a count of seconds is removed, and nothing else', () => {
  assert.equal(withoutSeconds('waiting for app, livekit, 12 s'), 'waiting for app, livekit');
  assert.equal(withoutSeconds('waiting for 12 s'), 'waiting for 12 s');
});

const shape = (texts) => Object.fromEntries(Object.entries(texts).map(([key, value]) => [
  key, typeof value === 'object' && !Array.isArray(value) ? shape(value) : Array.isArray(value) ? value.length : typeof value === 'function' ? `(${value.length})` : typeof value,
]));

test('both languages have the same texts', () => {
  assert.deepEqual(shape(WORDS.pt), shape(WORDS.en));
  assert.deepEqual(shape(CONNECTION_WORDS.pt), shape(CONNECTION_WORDS.en));
});

test('every text that the page uses exists, and none is unused', async () => {
  const names = (await readdir(FILES)).filter((name) => /\.(js|html)$/.test(name) && !name.endsWith('words.js'));
  const source = (await Promise.all(names.map((name) => readFile(new URL(name, FILES), 'utf8')))).join('\n');
  const asked = [...source.matchAll(/\bt\.(\w+)|data-word(?:-label)?="(\w+)"|'(ask\w+)'/g)].map((found) => found[1] ?? found[2] ?? found[3]);
  const known = [WORDS, CONNECTION_WORDS].flatMap(({ en }) => Object.keys(en));
  assert.equal(new Set(known).size, known.length, 'no name in both files');
  assert.deepEqual(asked.filter((key) => !known.includes(key) && key !== 'ask'), []);
  assert.deepEqual(known.filter((key) => !asked.includes(key)), []);
});

test('the page has no inline style, no script inside but the one of its policy, and parses no HTML', async () => {
  const names = (await readdir(FILES)).filter((name) => /\.(js|html)$/.test(name));
  for (const name of names) {
    const source = await readFile(new URL(name, FILES), 'utf8');
    assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, name);
    if (!name.endsWith('.html')) continue;
    assert.doesNotMatch(source, /\son\w+=|\sstyle=|<style/, name);
    const inside = [...source.matchAll(/<script(?![^>]* src=)[^>]*>(.*?)<\/script>/gs)].map(([, script]) => createHash('sha256').update(script).digest('base64'));
    assert.deepEqual(inside.map((hash) => `'sha256-${hash}'`), [PAGE_SCRIPT]);
  }
});
