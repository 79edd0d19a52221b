// Debian's Firefox and WebKitGTK in a container of the stand-in internet, where they reach the tunnel only.
import { randomBytes } from 'node:crypto';
import { firefox } from 'playwright-core';
import { withVisitors } from './browser.mjs';
import { run, within } from './process.mjs';
import { docker, project } from './stack.mjs';
import { WebDriverVisitor } from './webdriver.mjs';

const IMAGE = 'sidelink/stand-in-browsers:0.1.0'; // scripts/slow builds it
const INTERNET = process.env.STAND_INS_INTERNET || '198.51.100';
const ADDRESS = `${INTERNET}.101`;
const WEBKIT = { 'webkitgtk:browserOptions': { binary: '/browsers/webkit.py' } };

/** Starts the container; `remove` ends it. */
export async function browserContainer() {
  const name = `sidelink-e2e-${randomBytes(4).toString('hex')}`;
  await docker('run', '--detach', '--init', '--name', name, '--label', 'sidelink.e2e=browser', '--shm-size', '1g',
    '--network', `${project}_internet`, '--ip', ADDRESS, '--dns', `${INTERNET}.53`,
    '--volume', `${project}_stand-in-ca:/ca:ro`, IMAGE);
  return { name, remove: () => run('docker', ['rm', '--force', name], { fine: true }) };
}

/** Its drivers listen a moment after it started. */
const listening = (open) => within(60, 'the browsers of the container', (async () => {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!/ECONNREFUSED|fetch failed/.test(String(error))) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
})());

/** Firefox's driver can neither grant permissions, which a preference does here, nor set a page's media features. */
const FIREFOX = { colorScheme: null, reducedMotion: null, forcedColors: null, contrast: null };

export async function firefoxBrowser() {
  const browser = await listening(() => firefox.connect(`ws://${ADDRESS}:3333/firefox`));
  return withVisitors(browser, async () => {}, FIREFOX);
}

export const webkitBrowser = async () => ({
  visitor: (name) => listening(() => WebDriverVisitor.opens(name, `http://${ADDRESS}:4444`, WEBKIT)),
  close: async () => {},
});
