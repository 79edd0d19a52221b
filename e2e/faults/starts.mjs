// How long a service takes to start without a fault, by its own healthcheck.
import { internet } from '../support/internet.mjs';
import { container, docker, row, stack } from '../support/stack.mjs';

/**
 * The stand-in's delay between a tunnel's registration and its record: Cloudflare's was 0.8 to 3.7
 * s.
 */
const PUBLICATION_MS = 1500;

const measured = new Map();

/**
 * A plain `docker restart`, measured once: milliseconds to `healthy` from the engine's `die` (the
 * engine's own time included) and from its `start`. Leaves the service with a whole restart budget.
 */
export async function fresh(service) {
  const status = await stack.statusNow();
  if (measured.has(service) && !row(status, service)?.healing) return measured.get(service);
  const from = stack.events().count;
  const next = (action) => stack.events().next(`${service}: ${action}`, (event) => event.service === service && event.action === action, { from });
  await docker('restart', '--time', '1', container(service));
  const died = await next('die');
  const started = await next('start');
  const healthy = await next('health_status: healthy');
  const { publicUrl } = await stack.status((now) => now.phase === 'ready' && now.publicUrl && row(now, service)?.state === 'ok');
  const works = service === 'cloudflared' ? (await internet.registration(publicUrl)) + PUBLICATION_MS : healthy.at;
  if (!measured.has(service)) measured.set(service, { fromDeath: Math.round(works - died.at), fromStart: Math.round(works - started.at) });
  return measured.get(service);
}
