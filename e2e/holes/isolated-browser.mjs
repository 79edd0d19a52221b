// A browser in a container without a network. The test controls it over a Unix socket, and gives it its network.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { follow, run, within } from '../support/process.mjs';
import { docker } from '../support/stack.mjs';
import { pipeIn } from './home.mjs';
import { pipe } from './pipe.mjs';

const IMAGE = 'sidelink/stand-in-phone:0.1.0';
/** Not localhost, where a call never goes over the tunnel; a secure context all the same, for the camera. */
const SITE = 'http://call.test:8080';
const SERVER = `
  import { chromium } from 'playwright-core';
  const server = await chromium.launchServer({
    executablePath: '/usr/bin/chromium', headless: true, host: '127.0.0.1', port: 3333, wsPath: '/holes',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking',
      '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
      '--host-resolver-rules=MAP call.test 127.0.0.1', '--unsafely-treat-insecure-origin-as-secure=${SITE}'],
  });
  console.log(server.wsEndpoint());`;

export async function isolatedBrowser(folder, name) {
  const container = `sidelink-e2e-${name}-${randomBytes(4).toString('hex')}`;
  await docker('run', '--detach', '--init', '--name', container, '--label', 'sidelink.e2e=browser', '--network', 'none', '--entrypoint', 'node',
    IMAGE, '--input-type=module', '--eval', SERVER);
  const stops = [() => run('docker', ['rm', '--force', container], { fine: true })];
  const close = () => Promise.all(stops.reverse().map((stop) => stop()));
  try {
    const pid = Number(await docker('inspect', '--format', '{{.State.Pid}}', container));
    stops.push(await pipeIn(['nsenter', '--target', String(pid), '--net'], join(folder, name), 3333));
    await within(60, `the browser ${name} has started`, started(container));
    const server = await pipe('0', join(folder, name));
    stops.push(() => server.close());
    const browser = await chromium.connect(`ws://127.0.0.1:${server.address().port}/holes`);
    stops.push(() => browser.close());
    return { pid, close, ...pagesOf(browser) };
  } catch (error) {
    await close();
    throw error;
  }
}

function started(container) {
  let stop;
  const printed = new Promise((resolve, reject) => {
    stop = follow('docker', ['logs', '--follow', container], { onText: (text) => /^ws:/m.test(text) && resolve(), onEnd: reject });
  });
  return printed.finally(() => stop());
}

function pagesOf(browser) {
  let context;
  return {
    async opens() {
      context = await browser.newContext({ permissions: ['camera', 'microphone'] });
      const page = await context.newPage();
      await page.goto(SITE);
      await page.waitForFunction(() => window.isReady);
      return page;
    },
    leaves: () => context?.close(),
  };
}
