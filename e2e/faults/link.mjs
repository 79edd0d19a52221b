// Faults between the public URL and its visitors. Each fault ends with a reset of the stand-in
// internet.
import { internet } from '../support/internet.mjs';
import { stack } from '../support/stack.mjs';
import { AT_START } from './measure.mjs';

const page = (title) => ({ status: 200, headers: { 'Content-Type': 'text/html' }, body: `<html><title>${title}</title></html>` });
const everyTunnel = '*.trycloudflare.com';
const doh = (how) => ({ 'dns.google': how, 'cloudflare-dns.com': how });
const reset = () => internet.reset();

/** No event reports it, so a verification is requested; the next verification observes its end. */
const silent = (name, switches, layer, code, phase = 'degraded', more = {}) => ({
  name, inject: (host) => (typeof switches === 'function' ? switches(host) : internet.switches(switches)),
  silent: true, clear: reset, expected: { layer, code }, phase, ...more,
});

/** The fault has to exist when a tunnel starts. */
const atStart = (name, switches, expected, more = {}) => ({
  name,
  async inject() {
    await internet.switches(switches);
    await stack.restartContainer('cloudflared');
  },
  sign: AT_START, event: starts, expected, phase: 'preparing', own: 'cloudflared', link: 'new', ...more,
});

const starts = ({ service, action }) => service === 'cloudflared' && action === 'start';
const limited = 'a limited URL is verified again every 10 s, or 2.5 s after a request';
const verifications = 'the next verification observes its end: 0.25 s to 5 s after the last';

export const link = [
  silent('slow origin: the edge times out (524)', { originTimeoutMs: 0 }, 'instance', 'edge_origin_slow'),
  {
    name: 'the gateway is cut off from the tunnel (502)', inject: () => stack.cutOff('gateway', 'edge'), silent: true, sign: 'network cut',
    clear: () => stack.reconnect('gateway', 'edge'), expected: { layer: 'instance', code: 'edge_origin_down' }, phase: 'degraded', by: 'the network is connected again',
  },
  silent('the provider rate-limits visitors (1015)', { rateLimited: true }, 'edge', 'edge_rate_limited'),
  silent('200 requests are in flight (429)', { inFlightLimit: 0 }, 'edge', 'edge_too_many_requests'),
  atStart('the edge does not know the tunnel yet (1033)', { edgeDelayMs: 3000 }, { layer: 'edge', code: 'edge_no_connector' }, { why: 'the edge takes 3 s' }),
  {
    name: 'the edge has forgotten the tunnel (1016)', inject: (host) => internet.forgets(host), silent: true, expected: { layer: 'edge', code: 'edge_old_tunnel' },
    phase: 'degraded', own: 'cloudflared', link: 'new', seconds: 150, why: 'a new URL only after 60 s, with 10 s of notice: the old one may come back',
  },
  silent('the edge does not answer visitors', { visitors: 'hang' }, 'instance', 'unreachable', 'degraded', { why: verifications }),
  silent('the edge closes visitors\' connections', { visitors: 'close' }, 'instance', 'unreachable', 'degraded', { why: verifications }),
  silent('WebSockets do not pass', { visitors: 'refuse-websockets' }, 'websocket', 'no_websocket'),
  silent('the name belongs to another Sidelink', (host) => internet.takeOver(host, { headers: { 'X-Sidelink-Instance': 'stranger' }, body: 'mine now' }), 'instance', 'other_sidelink'),
  silent('the name belongs to another server', (host) => internet.takeOver(host, page('My blog')), 'instance', 'not_ours'),
  silent('a TLS filter: the certificate is for another name', { certificates: { [everyTunnel]: '*.safezone.mcafee.com' } }, 'tls', 'tls_other_name'),
  silent('a TLS filter: the certificate is not trusted', { certificates: { [everyTunnel]: 'untrusted' } }, 'tls', 'tls_untrusted'),
  silent('an antivirus answers for the public URL', { filter: page('Blocked by AntiVirus') }, 'instance', 'filtered'),
  silent('a captive portal', { captivePortal: page('Hotel Wi-Fi') }, 'instance', 'captive_portal'),
  silent('stale local DNS: the local resolver does not know the name', (host) => internet.remembers('system', host, { nxdomainSeconds: 1800 }), 'dns', 'dns_stale_here', 'degraded', { why: limited }),
  silent('the local resolver returns another address', (host) => internet.remembers('system', host, { address: '198.51.100.66' }), 'dns', 'dns_elsewhere_here', 'degraded', { why: limited }),
  silent('one public resolver does not know the name', (host) => internet.remembers('dns.google', host, { nxdomainSeconds: 1800 }), 'dns', 'dns_record_missing', 'degraded', { why: limited }),
  silent('no public resolver knows the name', async (host) => {
    for (const resolver of ['dns.google', 'cloudflare-dns.com']) await internet.remembers(resolver, host, { nxdomainSeconds: 60 });
  }, 'dns', 'dns_record_missing', 'degraded', { why: 'resolvers are asked again after 2 s at the earliest' }),
  silent('DNS over HTTPS is blocked', { doh: doh('close') }, 'dns', 'dns_https_blocked', 'degraded', { why: limited }),
  silent('DNS cut: no resolver answers', { dns: 'silent', doh: doh('hang') }, 'dns', 'dns_https_blocked', 'degraded', { why: 'a resolver has 2 s to answer before it counts as blocked' }),
  silent('the name has IPv6 only', { ipv6Only: 'tunnels' }, 'dns', 'ipv6_only', 'degraded', { why: limited }),
  atStart('the record is not published', { publicationDelayMs: 4000 }, { layer: 'dns', code: 'dns_not_published' }, { why: 'the record is published 2.5 s later than usual' }),
];
