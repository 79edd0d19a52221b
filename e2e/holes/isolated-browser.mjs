// A browser in a container without a network. The test controls it over a Unix socket, and gives it its network.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { endpoint, startBrowser } from '../support/browser.mjs';
import { run } from '../support/process.mjs';
import { docker } from '../support/stack.mjs';
import { pipeIn } from './home.mjs';
import { pipe } from './pipe.mjs';

/** Not localhost, where a call never goes over the tunnel; a secure context all the same, for the camera. */
const SITE = 'http://call.test:8080';
const BROWSER = {
  port: 3333,
  wsPath: '/holes',
  args: ['--host-resolver-rules=MAP call.test 127.0.0.1', `--unsafely-treat-insecure-origin-as-secure=${SITE}`],
};

export async function isolatedBrowser(folder, name) {
  const container = `sidelink-e2e-${name}-${randomBytes(4).toString('hex')}`;
  await startBrowser(container, 'none', BROWSER);
  const stops = [() => run('docker', ['rm', '--force', container], { fine: true })];
  const close = () => Promise.all(stops.reverse().map((stop) => stop()));
  try {
    const pid = Number(await docker('inspect', '--format', '{{.State.Pid}}', container));
    stops.push(await pipeIn(['nsenter', '--target', String(pid), '--net'], join(folder, name), BROWSER.port));
    await endpoint(container);
    const server = await pipe('0', join(folder, name));
    stops.push(() => server.close());
    const browser = await chromium.connect(`ws://127.0.0.1:${server.address().port}${BROWSER.wsPath}`);
    stops.push(() => browser.close());
    return { pid, close, ...pagesOf(browser) };
  } catch (error) {
    await close();
    throw error;
  }
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
