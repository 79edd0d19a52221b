// Conclusions from a status document. Pure: no page, no clock, no language.

/**
 * The last layer on this machine. The status document lists the layers in order; the later ones are
 * verified over the internet.
 */
const TUNNEL = 'tunnel';
/** The role of the service behind a layer. The layers from the tunnel up to the first of these depend on the tunnel. */
const ROLE_BEHIND = { gateway: 'gateway', app: 'app', livekit: 'livekit', websocket: 'livekit', media: 'bridge' };
const STATES = ['ok', 'waiting', 'limited', 'broken'];

/**
 * Share of the limit from which the in-flight counter warns. A quick tunnel rejects visitors above
 * its limit of 200.
 */
export const NEAR_LIMIT = 0.75;

/** Returns the state to show for a layer or a service. While the tunnel is suspended, nothing is waiting. */
export function shownState(status, { state }) {
  if (status.suspended && state === 'waiting') return 'suspended';
  return known(state);
}

/** Returns `state`, or `unknown` where this page has no shape for it. */
export const known = (state) => (STATES.includes(state) ? state : 'unknown');

/** Returns the layer that the phase waits for. */
export const awaited = (status) => status.layers.find((layer) => layer.layer === status.awaiting?.layer) ?? null;

/** Whether `publicUrl` may be shown now: no layer behind the tunnel waits or is broken. */
export function linkWorks(status) {
  const fails = ({ state }) => state === 'waiting' || state === 'broken';
  return Boolean(status.publicUrl) && !status.layers.slice(positionOf(status, TUNNEL) + 1).some(fails);
}

const positionOf = (status, name) => status.layers.findIndex(({ layer }) => layer === name);

/** Returns `awaiting.message` without its seconds, because the page counts them itself. */
export const withoutSeconds = (message) => message.replace(/, \d+ s$/, '');

/**
 * Returns the verdict: the kind of sentence, and the state whose shape and colour stand beside it.
 * `name` is the service or layer that the sentence is about.
 */
export function verdictOf(status) {
  if (status.suspended) return { kind: 'suspended', tone: 'suspended' };
  if (status.phase === 'failed') return { kind: 'failed', tone: 'broken' };
  if (status.phase === 'ready') return { kind: 'works', tone: 'ok' };
  const exhausted = status.services.find((service) => service.required && service.healing?.exhausted);
  if (exhausted) return { kind: 'exhausted', tone: 'broken', name: exhausted.name };
  if (status.phase === 'preparing') return { kind: 'preparing', tone: 'waiting' };
  const layer = awaited(status);
  if (layer?.state === 'limited') return { kind: 'limited', tone: 'limited' };
  if (linkWorks(status)) return { kind: 'partly', tone: 'limited', name: layer?.waitsFor?.join(', ') || layer?.layer || '…' };
  return { kind: 'broken', tone: 'broken' };
}

/** Returns what explains the verdict: the service whose restarts are exhausted, or else the awaited layer. */
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

/** Returns the service to restart when this layer does not work. */
export function serviceBehind(status, layer) {
  if (layer.waitsFor?.length) return named(status, layer.waitsFor[0]);
  const role = ROLE_BEHIND[layer.layer];
  if (role) return status.services.find((service) => service.role === role) ?? null;
  return dependsOnTunnel(status, layer) ? named(status, status.tunnel?.service) : null;
}

function dependsOnTunnel(status, { layer }) {
  const fromTunnel = status.layers.slice(positionOf(status, TUNNEL)).map((each) => each.layer);
  const end = fromTunnel.findIndex((name) => ROLE_BEHIND[name]);
  return fromTunnel.slice(0, end).includes(layer);
}

/** Returns the steps that a button offers, best first: `restart`, `verify`. */
export function stepsFor(status, reason, service) {
  const steps = [];
  if (service && (reason?.class === 'restart' || service.healing?.exhausted)) steps.push('restart');
  if (reason?.class === 'temporary' && status.publicUrl) steps.push('verify');
  return steps;
}

/** Returns what a restart of the service does to the public URL: `changes`, `pauses` or `nothing`. */
export function restartCosts(status, service) {
  const current = service.tunnel?.current || status.tunnel?.service === service.name;
  if (!current) return 'nothing';
  const kind = service.tunnel?.kind ?? status.tunnel?.kind;
  return kind === 'cloudflared-quick' ? 'changes' : 'pauses';
}

const REACHES = { turn: 'anyPhone', tunnel: 'overTunnel', direct: 'someNetworks', lan: 'sameWifi' };
const TONES = { anyPhone: 'ok', overTunnel: 'ok', someNetworks: 'limited', sameWifi: 'limited', noVideo: 'broken' };

/**
 * Returns the verdict on the latest report of a phone: the kind of sentence, and the state whose
 * shape stands beside it.
 */
export function phoneVerdict(report) {
  if (!report) return { kind: 'untried', tone: 'unknown' };
  const kind = REACHES[report.grade] ?? 'noVideo';
  return { kind, tone: TONES[kind] };
}

const named = (status, name) => status.services.find((service) => service.name === name) ?? null;
