// Debian's Firefox for tests, which connect to ws://<address>:3333/firefox and control it.
import { firefox } from 'playwright-core';

const server = await firefox.launchServer({
  channel: 'moz-firefox', // over WebDriver BiDi: playwright's own protocol is for its own build
  executablePath: '/usr/bin/firefox-esr',
  headless: true,
  host: '0.0.0.0',
  port: 3333,
  wsPath: '/firefox',
  firefoxUserPrefs: {
    'media.navigator.streams.fake': true,
    'media.navigator.permission.disabled': true,
  },
});
console.log(server.wsEndpoint());
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close());
server.on('close', () => process.exit(0));
