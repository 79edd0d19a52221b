// The stack with its TURN server behind a TCP tunnel, and the tunnel's server in the test internet.
import { run } from './process.mjs';
import { compose, docker, project, row, stack } from './stack.mjs';

const INTERNET = process.env.STAND_INS_INTERNET || '198.51.100';
const FILES = 'compose.yaml:compose/media-relay.yaml:stand-ins/compose.yaml:stand-ins/media-relay.yaml';
const BORE_SERVER = `${project}-e2e-bore-server`;

/** Where phones reach the relay. */
export const RELAY = { server: `${INTERNET}.77`, port: '34567' };

/** Builds the variant's images, and waits until all of it works. */
export async function startRelay() {
  const { server, port } = RELAY;
  const settings = { RELAY_SERVER: server, RELAY_PORT: port };
  await stack.isReady();
  await compose(['build', '--quiet', 'relay', 'bore'], { env: { COMPOSE_FILE: FILES, ...settings } });
  await docker('run', '--detach', '--name', BORE_SERVER, '--network', `${project}_internet`, '--ip', server, 'sidelink/bore:0.6.0', 'server', '--min-port', port, '--max-port', port);
  await stack.switchTo({ files: FILES, settings });
  const works = (status) => ['relay', 'coturn', 'bore'].every((service) => row(status, service)?.state === 'ok');
  await stack.status((status) => status.phase === 'ready' && works(status), { seconds: 120 });
}

/** Goes back to the plain files. The phone is removed, because the next suite's is in both networks. */
export async function stopRelay() {
  await compose(['--profile', 'phone', 'rm', '--stop', '--force', 'phone']);
  await run('docker', ['rm', '--force', BORE_SERVER], { fine: true });
  await stack.restoreDefault();
}
