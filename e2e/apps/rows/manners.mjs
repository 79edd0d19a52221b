// Behaviours that belong to no framework: status, path, delay, redirects.
import { manner } from '../services.mjs';
import { asksDuringWork } from '../visit.mjs';

const works = { shows: 'It works' };

export const manners = [
  { name: 'login', what: 'a login wall: 302 to `/login`', app: manner('login'), verdict: 'ready', phone: { shows: 'Sign in', at: '/login' } },
  { name: 'login-cold', what: 'the same at the first `docker compose up`', cold: true, app: manner('login'), verdict: 'ready', phone: { shows: 'Sign in', at: '/login' } },
  { name: 'basic-auth', what: 'HTTP Basic authentication', app: manner('basic'), verdict: 'ready', phone: { status: 401, error: 'ERR_INVALID_AUTH_CREDENTIALS' } },
  { name: 'unauthorized', what: '401 with a page', app: manner('unauthorized'), verdict: 'ready', phone: { status: 401, shows: 'Please sign in' } },
  { name: 'form-403', what: '403 with a form', app: manner('form403'), verdict: 'ready', phone: { status: 403, shows: 'Sign in' } },
  { name: 'forbidden', what: '403 without a form', app: manner('forbidden'), verdict: 'limited', reports: ['403'], phone: { status: 403, shows: 'Members only' } },
  { name: 'cookie', what: 'a redirect to itself that sets a cookie', app: manner('cookie'), verdict: 'ready', phone: works },
  { name: 'long-redirects', what: 'four redirects one after the other', app: manner('long'), verdict: 'ready', phone: works },
  {
    name: 'single-sign-on', what: 'single sign-on: a redirect to another public https host', app: manner('sso'),
    verdict: 'ready', observes: ['login.example.net', '/callback'], phone: { error: 'ERR_' },
  },
  {
    name: 'single-sign-on-localhost', what: 'single sign-on that leads back to http://localhost:3000', app: manner('sso', { CALLBACK: 'http://localhost:3000' }),
    verdict: 'limited', reports: ['login.example.net', 'http://localhost:3000/callback'], phone: { error: 'ERR_' },
  },
  {
    name: 'assets', what: 'a page whose script comes from http://localhost:3000', app: manner('assets'),
    verdict: 'limited', reports: ['http://localhost:3000/app.js'], phone: works,
  },
  {
    name: 'other-port-of-host', what: 'a redirect to the public name with a port', app: manner('port'),
    verdict: 'broken', reports: [':8000'], phone: { error: 'ERR_' },
  },
  { name: 'private-address', what: 'a redirect to a private address', app: manner('private'), verdict: 'broken', reports: ['http://192.168.1.20:3000/'], phone: { error: 'ERR_' } },
  { name: 'container-name', what: 'a redirect to a container\'s name', app: manner('container'), verdict: 'broken', reports: ['http://web:3000/'], phone: { error: 'ERR_' } },
  { name: 'meta-refresh', what: 'a page that sends the browser to localhost by `<meta http-equiv=refresh>`', app: manner('refresh'), verdict: 'broken', reports: ['http://localhost:3000/'] },
  { name: 'sub-path', what: 'an app under `/portal`, no label', app: manner('subpath'), verdict: 'broken', reports: ['404', 'sidelink.page-path'], phone: { status: 404, shows: 'could not be found' } },
  {
    name: 'sub-path-health', what: 'an app under `/portal`, `sidelink.health-path: /portal`', app: manner('subpath', {}, { labels: { 'sidelink.health-path': '/portal' } }),
    verdict: 'limited', reports: ['404'], phone: { path: '/portal', ...works },
  },
  {
    name: 'sub-path-page', what: 'an app under `/portal`, `sidelink.page-path: /portal`', app: manner('subpath', {}, { labels: { 'sidelink.page-path': '/portal' } }),
    verdict: 'ready', phone: { path: '/portal', ...works },
  },
  { name: 'nothing', what: '404 everywhere', app: manner('nothing'), verdict: 'broken', reports: ['404'], phone: { status: 404, shows: 'Cannot GET' } },
  { name: 'empty', what: '204 at `/`', app: manner('empty'), verdict: 'ready', phone: { error: 'ERR_ABORTED' } },
  { name: 'error', what: '500 with a reason in the page', app: manner('error'), verdict: 'broken', reports: ['500', 'Could not connect to the database'], phone: { status: 500, shows: 'Could not connect' } },
  { name: 'rate-limit', what: '429', app: manner('busy429'), verdict: 'broken', reports: ['429', 'Rate limit exceeded'], phone: { status: 429, shows: 'Rate limit' } },
  { name: 'maintenance', what: '503 from the app', app: manner('maintenance'), verdict: 'broken', reports: ['503', 'Down for maintenance'], phone: { status: 503, shows: 'Down for maintenance' } },
  { name: 'slow', what: 'every page takes 2.5 s', app: manner('slow', { DELAY_MS: '2500' }), verdict: 'ready', phone: works },
  { name: 'slow-page', what: 'the first page takes 3.5 s', app: manner('slow', { DELAY_MS: '3500' }), verdict: 'limited', reports: ['the page takes 3.'], phone: works },
  {
    name: 'slow-page-health', what: 'the first page takes 3.5 s, the health path nothing', app: manner('slowpage', { DELAY_MS: '3500' }, { labels: { 'sidelink.health-path': '/health' } }),
    verdict: 'limited', reports: ['the page takes 3.'], phone: works,
  },
  { name: 'slow-start', what: 'an app that listens 30 s after its start', app: manner('slowstart', { DELAY_MS: '30000' }), verdict: 'ready', phone: works, seconds: 90 },
  { name: 'loopback', what: 'it listens on 127.0.0.1 only', app: manner('plain', { HOST: '127.0.0.1' }), verdict: 'broken', reports: ['0.0.0.0', '3000'], phone: { status: 503 } },
  { name: 'other-port', what: 'it listens on port 5000', app: manner('plain', { PORT: '5000' }), verdict: 'broken', reports: ['3000'], phone: { status: 503 } },
  {
    name: 'single-worker', what: 'one worker, busy for 45 s', app: manner('worker', { DELAY_MS: '45000' }),
    verdict: 'ready', phone: { ...works, does: asksDuringWork }, seconds: 120,
  },
  { name: 'events', what: 'an event stream at `/events`', app: manner('events'), verdict: 'ready', phone: works },
  { name: 'own-stream', what: 'its own `/stream`', app: manner('stream'), verdict: 'ready', phone: works },
  { name: 'endless-page', what: 'a page that never ends', app: manner('endless'), verdict: 'ready', phone: works },
  { name: 'hsts', what: '`Strict-Transport-Security` with preload', app: manner('hsts'), verdict: 'ready', phone: works },
  {
    name: 'healthcheck', what: 'a HEALTHCHECK whose program is missing', verdict: 'ready', warns: ['healthcheck', 'curl'], phone: works,
    app: manner('plain', {}, { healthcheck: { test: ['CMD', 'curl', '-f', 'http://localhost:3000/'], interval: '2s', retries: 2 } }),
  },
  {
    name: 'command-missing', what: 'a command that the image does not have', verdict: 'broken', reports: ['nosuch'], phone: { status: 503 }, starts: false,
    app: { ...manner('plain'), command: ['nosuch'], init: false },
  },
];
