// A phone's browser for tests, which connect to ws://<address>:3333/phone and control it.
import { chromium } from 'playwright-core';

const server = await chromium.launchServer({
  executablePath: '/usr/bin/chromium',
  headless: true,
  host: '0.0.0.0',
  port: 3333,
  wsPath: '/phone',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage', // a container's /dev/shm is too small for video
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
  ],
});
console.log(server.wsEndpoint());
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close());
server.on('close', () => process.exit(0));
