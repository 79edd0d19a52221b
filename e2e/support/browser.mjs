// Browsers in containers: a phone's in the stand-in internet and one on this machine, both Chromium.
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { keepPeerConnections, loudestMoment, watchFrames } from './in-page.mjs';
import { follow, run, within } from './process.mjs';
import { compose, docker, local } from './stack.mjs';

const PHONE = `ws://${process.env.STAND_INS_INTERNET || '198.51.100'}.100:3333/phone`;
const IMAGE = 'sidelink/stand-in-phone:0.1.0';
const LABEL = 'sidelink.e2e=browser';
const SHOTS = process.env.E2E_SHOTS;

/** A phone's browser, somewhere in the internet and on the same Wi-Fi as this machine. */
export async function phoneBrowser() {
  await compose(['--profile', 'phone', 'up', '--detach', '--no-build', '--wait', 'phone']);
  return withVisitors(await chromium.connect(PHONE));
}

const ARGS = [
  '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking', '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

/**
 * Starts a container whose browser listens on its 127.0.0.1, and prints where. `args` and `options`: more of Chromium's and
 * of its server's. The image's own server listens at a fixed port on all addresses.
 */
export async function startBrowser(name, network, { args = [], ...options } = {}) {
  const launch = { executablePath: '/usr/bin/chromium', headless: true, host: '127.0.0.1', args: [...ARGS, ...args], ...options };
  const server = `
    import { chromium } from 'playwright-core';
    console.log((await chromium.launchServer(${JSON.stringify(launch)})).wsEndpoint());`;
  await docker('run', '--detach', '--init', '--name', name, '--label', LABEL, '--network', network, '--entrypoint', 'node',
    IMAGE, '--input-type=module', '--eval', server);
}

/** A browser on this machine, for pages on localhost. */
export async function localBrowser() {
  const { browser, remove } = await bareBrowser();
  return withVisitors(browser, remove);
}

/** The same without visitors; `remove` ends it. */
export async function bareBrowser() {
  const name = `sidelink-e2e-${randomBytes(4).toString('hex')}`;
  const remove = () => run('docker', ['rm', '--force', name], { fine: true });
  await startBrowser(name, 'host');
  try {
    return { browser: await chromium.connect(await endpoint(name)), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Where the browser of a container listens, once it does. */
export function endpoint(name) {
  let end;
  const found = new Promise((resolve, reject) => {
    const onText = (text) => {
      const [line] = text.match(/^ws:\S+$/m) ?? [];
      if (line) resolve(line);
    };
    end = follow('docker', ['logs', '--follow', name], { onText, onEnd: reject });
  });
  return within(60, `the browser of ${name} has started`, found).finally(() => end());
}

function withVisitors(browser, afterwards = async () => {}) {
  return {
    /**
     * A separate visitor: no cookies, no storage. With `bypassCSP` a test may put scripts into the
     * page. `lacks`: names of interfaces that this visitor's browser is too old for.
     */
    async visitor(name, { locale = 'en-US', userAgent, bypassCSP, lacks = [] } = {}) {
      const context = await browser.newContext({ permissions: ['camera', 'microphone'], locale, userAgent, bypassCSP });
      await context.addInitScript(keepPeerConnections);
      if (lacks.length) await removeInterfaces(context, lacks);
      return new Visitor(name, await context.newPage());
    },
    async close() {
      await browser.close();
      await afterwards();
    },
  };
}

/** Removes them in the page and, because no init script runs there, at the top of each script that a worker may load. */
async function removeInterfaces(context, names) {
  const removal = `for (const name of ${JSON.stringify(names)}) delete globalThis[name];`;
  await context.addInitScript(removal);
  await context.route(/\.js$/, async (route) => {
    // The same script as the gateway serves it here, because the phone's driver cannot fetch it through the tunnel.
    const answer = await fetch(local + new URL(route.request().url()).pathname);
    const headers = Object.fromEntries(['content-type', 'content-security-policy'].map((name) => [name, answer.headers.get(name)]));
    await route.fulfill({ status: answer.status, headers, body: removal + (await answer.text()) });
  });
}

class Visitor {
  constructor(name, page) {
    this.name = name;
    this.page = page;
    this.frames = []; // documents that came by WebSocket, in order
    page.on('websocket', (socket) => {
      if (!socket.url().endsWith('/runtime-config/ws')) return;
      socket.on('framereceived', ({ payload }) => this.frames.push(JSON.parse(payload)));
    });
  }

  part = (name) => this.page.getByTestId(name);

  async opens(link) {
    await this.page.goto(link);
  }

  /** Waits until the page shows this test id, with this value of `attribute`. */
  async sees(name, attribute, value, { seconds = 60 } = {}) {
    const end = typeof value === 'string' ? `[${attribute}="${value}"]` : '';
    await this.page.locator(`[data-testid="${name}"]${end}`).waitFor({ timeout: seconds * 1000 });
  }

  seesPhase = (phase, options) => this.sees('phase', 'data-phase', phase, options);
  seesLink = (link, options) => this.sees('public-url', 'href', link, options);
  follows = (state, options) => this.sees('live-state', 'data-state', state, options);

  /** A mark that lives as long as the document: a reload removes it. */
  marks = () => this.page.evaluate(() => void (window.markedByTest = true));
  isStillMarked = () => this.page.evaluate(() => window.markedByTest === true);

  async joins(room) {
    await this.part('name').fill(this.name);
    await this.part('room').fill(room);
    await this.part('join').click();
    await this.sees('call', 'data-phase', 'joined');
  }

  async leaves() {
    await this.part('leave').click();
    await this.sees('call', 'data-phase', 'idle');
  }

  /** Waits until the others' videos move: frames are painted, and the decoders count them. */
  async seesMovingVideo(others, { frames = 10, seconds = 60 } = {}) {
    await this.page.waitForFunction(
      (count) => document.querySelectorAll('[data-testid="tile-video"][data-local="false"]').length === count,
      others, { timeout: seconds * 1000 });
    return within(seconds, `${this.name} sees ${others} moving`, this.page.evaluate(watchFrames, frames));
  }

  /** How loud others are at most, as the page plays them: 0 is silence. */
  hears = () => this.page.evaluate(loudestMoment);

  /** What carries the call. */
  rung = () => this.part('call').getAttribute('data-rung');

  async shot(name) {
    if (!SHOTS) return;
    await mkdir(SHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`) });
  }
}
