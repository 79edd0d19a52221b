// The other tunnels as `.env` selects them, in the test network, with tokens where a user puts
// them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from './process.mjs';
import { secrets } from './secrets.mjs';

/** `file` is the token's name under secrets/, `known` the path of the stand-ins' token. */
export const TUNNELS = {
  'tunnel-ngrok': {
    service: 'ngrok', kind: 'ngrok', url: 'https://quiet-otter-radio.ngrok-free.dev',
    file: 'ngrok_authtoken', known: 'stand-ins/ngrok/authtoken',
  },
  'tunnel-named': {
    service: 'cloudflared-named', kind: 'cloudflared-named', url: 'https://radio.example.org',
    file: 'cloudflared_token', known: 'stand-ins/cloudflared/named_token',
  },
  domain: {
    service: 'domain', kind: 'domain', url: 'https://home.example.org', settings: { SIDELINK_DOMAIN: 'home.example.org' },
  },
  'public-url': {
    service: 'gateway', kind: 'url', url: 'https://my.example.net', settings: { PUBLIC_URL: 'https://my.example.net' },
  },
};

/**
 * Files and settings for `stack.switchTo`. The stand-ins' files pass their own tokens; the overlay
 * makes secrets/ win.
 */
export async function choose(name, stack, settings = {}) {
  const { file, known, settings: own } = TUNNELS[name];
  if (file) {
    await secrets.holds(file, (await readFile(join(repository, known), 'utf8')).trim());
    await stack.with(`secrets:\n  ${file}:\n    file: ./secrets/${file}\n`);
  }
  const files = `compose.yaml:compose/${name}.yaml:stand-ins/compose.yaml:stand-ins/${name}.yaml`;
  return { files, settings: { ...own, ...settings } };
}
