// What follows from a status document, and that both languages say all of it; without a browser.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { scenes } from './scenes.mjs';

const FILES = new URL('../../sidecar/dashboard/', import.meta.url);
// A browser takes any script of the page for a module; Node 20 wants to be told.
const load = async (name) => import(`data:text/javascript,${encodeURIComponent(await readFile(new URL(name, FILES), 'utf8'))}`);
const { linkWorks, phoneVerdict, restartCosts, stepsFor, troubleOf, verdictOf, withoutSeconds } = await load('reading.js');
const { WORDS } = await load('words.js');

test('each scene has its verdict', () => {
  const kinds = Object.fromEntries(Object.entries(scenes).map(([name, scene]) => [name, verdictOf(scene()).kind]));
  assert.deepEqual(kinds, {
    ready: 'works', proven: 'works', sameWifi: 'works', noVideo: 'works', preparing: 'preparing', degraded: 'broken', exhausted: 'exhausted', partly: 'partly', limitedDns: 'limited',
    oldTunnel: 'broken', failed: 'failed', suspended: 'suspended', twoTunnels: 'works',
  });
});

test('a link is handed out only while it works from outside', () => {
  const shown = Object.entries(scenes).filter(([, scene]) => linkWorks(scene())).map(([name]) => name);
  assert.deepEqual(shown, ['ready', 'proven', 'sameWifi', 'noVideo', 'partly', 'limitedDns', 'twoTunnels']);
  const open = scenes.ready(); // a public endpoint that must be internal
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
    ready: [], proven: [], sameWifi: [], noVideo: [], preparing: ['cloudflared'], degraded: ['livekit', 'restart'], exhausted: ['livekit', 'restart'], partly: ['icecast'],
    limitedDns: ['cloudflared', 'verify'], oldTunnel: ['cloudflared', 'restart'], failed: [null], suspended: [], twoTunnels: [],
  });
});

test('a restart costs the link only where it is the quick tunnel that is used', () => {
  const costs = (scene, name) => restartCosts(scenes[scene](), scenes[scene]().services.find((service) => service.name === name));
  assert.equal(costs('ready', 'cloudflared'), 'changes');
  assert.equal(costs('ready', 'livekit'), 'nothing');
  assert.equal(costs('twoTunnels', 'cloudflared'), 'nothing');
  assert.equal(costs('twoTunnels', 'cloudflared-named'), 'pauses');
});

test('what a phone has seen is graded by how far video reaches', () => {
  const graded = (grade) => phoneVerdict({ grade, device: 'phone', at: '' });
  assert.deepEqual(phoneVerdict(null), { kind: 'untried', tone: 'unknown' });
  assert.deepEqual(graded('turn'), { kind: 'anyPhone', tone: 'ok' });
  assert.deepEqual(graded('lan'), { kind: 'sameWifi', tone: 'limited' });
  assert.deepEqual(graded('unknown'), { kind: 'noVideo', tone: 'broken' });
});

test('a count of seconds is cut off, and nothing else', () => {
  assert.equal(withoutSeconds('waiting for app, livekit, 12 s'), 'waiting for app, livekit');
  assert.equal(withoutSeconds('waiting for 12 s'), 'waiting for 12 s');
});

const shape = (words) => Object.fromEntries(Object.entries(words).map(([key, value]) => [
  key, typeof value === 'object' && !Array.isArray(value) ? shape(value) : Array.isArray(value) ? value.length : typeof value === 'function' ? `(${value.length})` : typeof value,
]));

test('both languages say the same things', () => {
  assert.deepEqual(shape(WORDS.pt), shape(WORDS.en));
});

test('every word that the page asks for is there, and none is left over', async () => {
  const names = (await readdir(FILES)).filter((name) => /\.(js|html)$/.test(name) && name !== 'words.js');
  const source = (await Promise.all(names.map((name) => readFile(new URL(name, FILES), 'utf8')))).join('\n');
  const asked = [...source.matchAll(/\bt\.(\w+)|data-word(?:-label)?="(\w+)"|'(ask\w+)'/g)].map((found) => found[1] ?? found[2] ?? found[3]);
  const known = Object.keys(WORDS.en);
  assert.deepEqual(asked.filter((word) => !known.includes(word) && word !== 'ask'), []);
  assert.deepEqual(known.filter((word) => !asked.includes(word)), []);
});

test('the page has no inline script, no inline style, and parses no HTML', async () => {
  const names = (await readdir(FILES)).filter((name) => /\.(js|html)$/.test(name));
  for (const name of names) {
    const source = await readFile(new URL(name, FILES), 'utf8');
    assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, name);
    if (name.endsWith('.html')) assert.doesNotMatch(source, /\son\w+=|\sstyle=|<style|<script(?![^>]* src=)/, name);
  }
});
