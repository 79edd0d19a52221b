// No tunnel can be created, or the tunnel loses its connection to the edge.
import { internet } from '../support/internet.mjs';
import { stack } from '../support/stack.mjs';
import { AT_START } from './measure.mjs';

const everyTunnel = 'api.trycloudflare.com';
const reset = () => internet.reset();
const paced = 'a quick tunnel is requested again after 5 s at the earliest, with exponential backoff: its provider counts requests';

const ends = ({ service, action, exitCode }) => service === 'cloudflared' && action === 'die' && exitCode === 1;

/** The tunnel is started while the quick service misbehaves, and ends with 1. */
const creation = (name, breakService, code, more = {}) => ({
  name,
  async inject() {
    await breakService();
    await stack.restartContainer('cloudflared');
  },
  sign: 'the tunnel ends', event: ends, clear: reset, by: 'itself, once the cause is removed', expected: { service: 'cloudflared', code },
  phase: 'preparing', own: 'cloudflared', link: 'new', why: paced, ...more,
});

const answers = (switches) => () => internet.switches(switches);
const found = (what) => () => internet.remembers('system', everyTunnel, what);

const starts = ({ service, action }) => service === 'cloudflared' && action === 'start';
/** The quick service issues a hostname, and the edge refuses the connection. */
const registration = (name, switches, expected, more = {}) => ({
  name,
  async inject() {
    await internet.switches(switches);
    await stack.restartContainer('cloudflared');
  },
  sign: AT_START, event: starts, expected, phase: 'preparing', own: 'cloudflared', link: 'new', ...more,
});

const own = 'cloudflared waits between its own attempts';

export const tunnel = [
  creation('quick service: 429 (1015)', answers({ quickAnswer: '429' }), 'quick_rate_limited'),
  creation('quick service: 429 as a page', answers({ quickAnswer: '429', errorPages: 'html' }), 'quick_error_page'),
  creation('quick service: 500 with a page', answers({ quickAnswer: '500' }), 'quick_error_page'),
  creation('quick service: 500, empty', answers({ quickAnswer: '500-empty' }), 'quick_empty'),
  creation('quick service: refused in JSON', answers({ quickAnswer: 'refused' }), 'quick_refused'),
  creation('quick service: no JSON', answers({ quickAnswer: 'garbage' }), 'quick_unreadable'),
  creation('quick service: closes the connection', answers({ quickAnswer: 'close' }), 'quick_cut'),
  creation('quick service: never answers', answers({ quickAnswer: 'hang' }), 'quick_timeout'),
  creation('quick service: an untrusted certificate', answers({ certificates: { [everyTunnel]: 'untrusted' } }), 'quick_untrusted'),
  creation('quick service: not in DNS', found({ nxdomainSeconds: 1800 }), 'quick_no_dns'),
  creation('quick service: connection refused', found({ address: '127.0.0.1' }), 'quick_connection_refused'),
  creation('registration refused', answers({ registrationAnswer: 'error' }), 'exited'),
  registration('registration refused: unauthorized', { registrationAnswer: 'unauthorized' }, { layer: 'tunnel', code: 'tunnel_unregistered' }, { clear: reset, by: 'itself, once the cause is removed', why: own }),
  registration('UDP 7844 blocked', { udpBlocked: true }, { layer: 'tunnel', code: 'tunnel_unregistered' }, { why: 'cloudflared falls back to TCP after 12 to 16 s' }),
  {
    name: 'edge lost: the connection is cut', inject: (host) => internet.drops(host), expected: { layer: 'tunnel', code: 'tunnel_lost' }, phase: 'degraded',
    why: own,
  },
  {
    name: 'edge lost: cut, and port 7844 closed',
    async inject(host) {
      await internet.switches({ edgeRefuse: true });
      await internet.drops(host);
    },
    clear: reset, by: 'itself, once the cause is removed', expected: { layer: 'tunnel', code: 'tunnel_lost' }, phase: 'degraded', why: own,
  },
  {
    name: 'edge silent', inject: () => internet.switches({ edgeSilent: true }), clear: reset, by: 'itself, once the cause is removed',
    expected: { layer: 'tunnel', code: 'tunnel_lost' }, phase: 'degraded', why: 'cloudflared detects silence after 5 to 6 s, and is probed every 2 s',
  },
];
