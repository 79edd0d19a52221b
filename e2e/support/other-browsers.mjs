// Debian's Firefox and WebKitGTK in a container of the stand-in internet, where they reach the tunnel only.
import { randomBytes } from 'node:crypto';
import { run, within } from './process.mjs';
import { docker, project } from './stack.mjs';
import { WebDriverVisitor } from './webdriver.mjs';

const IMAGE = 'sidelink/stand-in-browsers:0.1.0'; // scripts/slow builds it
const INTERNET = process.env.STAND_INS_INTERNET || '198.51.100';
const ADDRESS = `${INTERNET}.101`;

/** Each driver's port, and what it starts: a browser with fake devices that asks for no permission. */
const WEBKITGTK = { port: 4444, capabilities: { 'webkitgtk:browserOptions': { binary: '/browsers/webkit.py' } } };
const FIREFOX = {
  port: 4445,
  capabilities: {
    'moz:firefoxOptions': {
      binary: '/usr/bin/firefox-esr',
      args: ['-headless'],
      prefs: { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true },
    },
  },
};

/** Starts the container. `remove` ends it. */
export async function otherBrowsers() {
  const name = `sidelink-e2e-${randomBytes(4).toString('hex')}`;
  await docker('run', '--detach', '--init', '--name', name, '--label', 'sidelink.e2e=browser', '--shm-size', '1g',
    '--network', `${project}_internet`, '--ip', ADDRESS, '--dns', `${INTERNET}.53`,
    '--volume', `${project}_stand-in-ca:/ca:ro`, IMAGE);
  return {
    firefox: browser(FIREFOX),
    webkitgtk: browser(WEBKITGTK),
    remove: () => run('docker', ['rm', '--force', name], { fine: true }),
  };
}

const browser = ({ port, capabilities }) => ({
  visitor: (name) => listening(() => WebDriverVisitor.opens(name, `http://${ADDRESS}:${port}`, capabilities)),
});

/** A driver listens a moment after its container started. */
const listening = (open) => within(60, 'the browsers of the container', (async () => {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (error.cause?.code !== 'ECONNREFUSED') throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
})());
