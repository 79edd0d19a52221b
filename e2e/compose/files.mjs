// The Compose files as `docker compose config` resolves them: every variant, alone and in the test
// network.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository, run } from '../support/process.mjs';

/** Settings that the variants require. */
export const SETTINGS = {
  SIDELINK_DOMAIN: 'a.example.org', PUBLIC_URL: 'https://a.example.org', SIDELINK_APP: 'web:8000', SIDELINK_APP_NETWORK: 'elsewhere_default', RELAY_SERVER: 'bore.example.org', RELAY_PORT: '34567',
};

/** The variant that takes this repository's images from a registry, and the registry path it is tested with. */
export const PUBLISHED = 'compose/published.yaml';
const IMAGES = 'registry.example.org/owner/sidelink';

const yaml = (folder) => readdirSync(join(repository, folder)).filter((name) => name.endsWith('.yaml')).map((name) => `${folder}/${name}`);

const examples = () => readdirSync(join(repository, 'examples'), { withFileTypes: true })
  .filter((each) => each.isDirectory())
  .map(({ name }) => `examples/${name}/compose.yaml`);

/**
 * `compose.yaml` with each file under compose/ and of each example, alone and in the test network,
 * with the test network's own file for it where there is one.
 */
export function variants() {
  const standIns = yaml('stand-ins');
  const own = yaml('compose').filter((file) => !file.endsWith('/pinned.yaml'));
  return [[], ...[...own, ...examples()].map((file) => [file])].flatMap((files) => {
    const beside = files.map((file) => file.replace('compose/', 'stand-ins/')).filter((file) => standIns.includes(file));
    return [['compose.yaml', ...files], ['compose.yaml', ...files, 'stand-ins/compose.yaml', ...beside]];
  });
}

/**
 * The resolved project of some files. It has the services of a profile only where the profile is
 * named.
 */
export async function resolved(files, { profiles = [], env = {}, folder = repository } = {}) {
  const named = profiles.flatMap((profile) => ['--profile', profile]);
  const images = files.includes(PUBLISHED) ? { SIDELINK_IMAGES: IMAGES } : {};
  const settings = { ...SETTINGS, ...images, ...env, COMPOSE_FILE: files.join(':'), COMPOSE_PATH_SEPARATOR: ':' };
  const { stdout } = await run('docker', ['compose', ...named, 'config', '--format', 'json'], { env: settings, cwd: folder });
  return JSON.parse(stdout);
}

export const PROFILES = ['setup', 'phone', 'quick'];
