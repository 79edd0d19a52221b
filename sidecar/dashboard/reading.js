// What follows from a status document. Pure: no page, no clock, no language.

/** What a proof from outside sees; the link may be handed out while all of these work, though for some only. */
const OF_THE_LINK = ['edge', 'dns', 'tls', 'instance', 'app', 'livekit', 'websocket', 'exposure'];
const OF_THE_TUNNEL = ['tunnel', 'edge', 'dns', 'tls', 'instance'];
const ROLE_BEHIND = { gateway: 'gateway', app: 'app', livekit: 'livekit', websocket: 'livekit' };
const STATES = ['ok', 'waiting', 'limited', 'broken'];

/** From here on the in-flight counter is a warning: the quick tunnel turns visitors away at its limit of 200. */
export const NEAR_LIMIT = 0.75;

/** The state that a layer or a service is shown with: one that this page has a shape for. Nobody awaits what is suspended. */
export function shownState(status, { state }) {
  if (status.suspended && state === 'waiting') return 'suspended';
  return known(state);
}

/** The same of a state that stands by itself. */
export const known = (state) => (STATES.includes(state) ? state : 'unknown');

/** The layer that the phase waits for. */
export const awaited = (status) => status.layers.find((layer) => layer.layer === status.awaiting?.layer) ?? null;

/** Whether `publicUrl` may be handed out now. */
export function linkWorks(status) {
  const works = (layer) => layer.state === 'ok' || layer.state === 'limited';
  return Boolean(status.publicUrl) && status.layers.filter((layer) => OF_THE_LINK.includes(layer.layer)).every(works);
}

/** `awaiting.message` without its count of seconds, which the page counts on by itself. */
export const withoutSeconds = (message) => message.replace(/, \d+ s$/, '');

/**
 * The verdict: which sentence, and the state whose shape and colour stand beside it.
 * `name` is the service or layer that the sentence is about.
 */
export function verdictOf(status) {
  if (status.suspended) return { kind: 'suspended', tone: 'suspended' };
  if (status.phase === 'failed') return { kind: 'failed', tone: 'broken' };
  if (status.phase === 'ready') return { kind: 'works', tone: 'ok' };
  const given = status.services.find((service) => service.required && service.healing?.exhausted);
  if (given) return { kind: 'exhausted', tone: 'broken', name: given.name };
  if (status.phase === 'preparing') return { kind: 'preparing', tone: 'waiting' };
  const layer = awaited(status);
  if (layer?.state === 'limited') return { kind: 'limited', tone: 'limited' };
  if (linkWorks(status)) return { kind: 'partly', tone: 'limited', name: layer?.waitsFor?.join(', ') || layer?.layer || '…' };
  return { kind: 'broken', tone: 'broken' };
}

/** What the verdict is explained with: the service that was given up, else the layer that is awaited. */
export function troubleOf(status) {
  const verdict = verdictOf(status);
  if (verdict.kind === 'works' || verdict.kind === 'suspended') return null;
  if (verdict.kind === 'exhausted') {
    const service = named(status, verdict.name);
    return { reason: service.reason, since: service.since, service };
  }
  const layer = awaited(status);
  if (!layer) return null;
  return { reason: layer.reason ?? null, since: layer.since, service: serviceBehind(status, layer) };
}

/** The service that can be restarted where this layer does not work. */
export function serviceBehind(status, layer) {
  if (layer.waitsFor?.length) return named(status, layer.waitsFor[0]);
  if (OF_THE_TUNNEL.includes(layer.layer)) return named(status, status.tunnel?.service);
  const role = ROLE_BEHIND[layer.layer];
  return (role && status.services.find((service) => service.role === role)) || null;
}

/** What a press of a button can do about it, best first: `restart`, `prove`. */
export function stepsFor(status, reason, service) {
  const steps = [];
  if (service && (reason?.class === 'restart' || service.healing?.exhausted)) steps.push('restart');
  if (reason?.class === 'temporary' && status.publicUrl) steps.push('prove');
  return steps;
}

/** What a restart of the service does to the link: `changes`, `pauses` or nothing. */
export function restartCosts(status, service) {
  const current = service.tunnel?.current || status.tunnel?.service === service.name;
  if (!current) return 'nothing';
  const kind = service.tunnel?.kind ?? status.tunnel?.kind;
  return kind === 'cloudflared-quick' ? 'changes' : 'pauses';
}

const REACHES = { turn: 'anyPhone', lan: 'sameWifi' };
const TONES = { anyPhone: 'ok', sameWifi: 'limited', noVideo: 'broken' };

/** What a page in a call has reported lately: which sentence, and the state whose shape stands beside it. */
export function phoneVerdict(report) {
  if (!report) return { kind: 'untried', tone: 'unknown' };
  const kind = REACHES[report.grade] ?? 'noVideo';
  return { kind, tone: TONES[kind] };
}

const named = (status, name) => status.services.find((service) => service.name === name) ?? null;
