// A call whose paths are taken away one after the other: it continues on the next one, and the last
// loss is named to the visitor and to the operator.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { localBrowser, phoneBrowser } from '../support/browser.mjs';
import { enterCall } from '../support/consulting.mjs';
import { links } from '../support/links.mjs';
import { sleep } from '../support/measured-calls.mjs';
import { within } from '../support/process.mjs';
import { startRelay, stopRelay } from '../support/relay.mjs';
import { container, docker, project, row, stack } from '../support/stack.mjs';
import { TunnelCall } from '../support/tunnel-call.mjs';

let desk, phone;

before(async () => {
  await startRelay();
  [desk, phone] = await Promise.all([localBrowser(), phoneBrowser()]);
}, { timeout: 600_000 });

after(async () => {
  await links.revokeAll();
  await phone?.close();
  await desk?.close();
  await stopRelay();
  await stack.close();
}, { timeout: 240_000 });

/** Drops what the phone sends to this port. */
const drops = (protocol, port) => docker('run', '--rm', '--network', `container:${container('phone')}`, '--cap-add', 'NET_ADMIN', '--user', '0:0',
  '--entrypoint', 'iptables', 'sidelink/relay:0.1.0', '--append', 'OUTPUT', '--protocol', protocol, '--dport', port, '--jump', 'DROP');

const bia = async () => (await stack.connections()).clients.find(({ name }) => name === 'Bia');

/** Waits until the operator sees one of these paths, and both see each other on it. */
async function continuesOn(made, paths, t, what) {
  const began = Date.now();
  const seen = async () => {
    for (;;) {
      const now = await bia();
      if (paths.includes(`${now?.path} ${now?.protocol}`) && (await made.client.rung()) === now.path) return now;
      await sleep(0.5);
    }
  };
  const { path, protocol, verdict } = await within(60, `${what}: on ${paths}`, seen());
  await made.client.seesMovingVideo(1, { frames: 5 });
  await made.professional.seesMovingVideo(1, { frames: 5 });
  t.diagnostic(`${what} -> ${path} ${protocol} after ${Date.now() - began} ms: ${verdict}`);
}

/** Runs sed on coturn's configuration, and restarts coturn. */
async function configures(expression) {
  const volume = `${project}_secrets-relay`;
  await docker('run', '--rm', '--network', 'none', '--user', '0:0', '--volume', `${volume}:/etc/coturn`, '--entrypoint', 'sed', 'sidelink/relay:0.1.0', '-i', expression, '/etc/coturn/turnserver.conf');
  await docker('restart', container('coturn'));
}

test('a relay whose secret is another one is reported before a visitor needs it', { timeout: 240_000 }, async (t) => {
  const refuses = ({ notices }) => notices.some(({ code }) => code === 'turn_credentials_refused');
  await configures('s/^static-auth-secret=/&another-/');
  const began = Date.now();
  const { phase } = await stack.status(refuses, { seconds: 90 });
  t.diagnostic(`coturn has another secret -> reported ${Date.now() - began} ms`);
  assert.equal(phase, 'ready');
  await configures('s/=another-/=/');
  await stack.status((status) => !refuses(status), { seconds: 90 });
});

test('UDP, TCP, the relay and the bridge are lost one after the other', { timeout: 480_000 }, async (t) => {
  const made = await TunnelCall.inLobby(desk, phone);
  await enterCall(made.professional);
  await enterCall(made.client);
  await continuesOn(made, ['lan udp'], t, 'all paths');
  await drops('udp', '7882');
  await continuesOn(made, ['lan tcp', 'turn tcp'], t, 'without UDP');
  await drops('tcp', '7881');
  await continuesOn(made, ['turn tcp'], t, 'without TCP');
  await docker('stop', container('coturn'));
  await continuesOn(made, ['tunnel tcp'], t, 'without the relay');
  await docker('stop', container('bridge'));
  await made.client.page.locator('[data-testid="unstable"], [data-testid="ended"]').first().waitFor({ timeout: 60_000 });
  await stack.status((status) => row(status, 'bridge')?.reason?.code === 'stopped_by_hand', { seconds: 60 });
});
