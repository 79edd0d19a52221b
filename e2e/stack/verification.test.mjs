// Verification distinguishes every fault between the public URL and a phone, and reports none of
// them as ready.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { internet } from '../support/internet.mjs';
import { docker, headline, project, stack } from '../support/stack.mjs';

let host;

before(async () => {
  host = new URL((await stack.isReady()).publicUrl).hostname;
}, { timeout: 180_000 });
after(async () => {
  await internet.reset();
  await stack.close();
});

const page = (title) => ({ status: 200, headers: { 'Content-Type': 'text/html' }, body: `<html><title>${title}</title></html>` });
const everyTunnel = '*.trycloudflare.com';

/** [name, how to cause it, the headline's layer, its code, its state] */
const FAULTS = [
  ['the name belongs to another Sidelink', () => internet.takeOver(host, { headers: { 'X-Sidelink-Instance': 'stranger' }, body: 'mine now' }), 'instance', 'other_sidelink'],
  ['the name belongs to another server', () => internet.takeOver(host, page('My blog')), 'instance', 'not_ours'],
  ['a captive portal answers 200 to everything', () => internet.switches({ captivePortal: page('Hotel Wi-Fi') }), 'instance', 'captive_portal'],
  ['an antivirus answers for the public URL', () => internet.switches({ filter: page('Blocked by AntiVirus') }), 'instance', 'filtered'],
  ['the certificate is for another name', () => internet.switches({ certificates: { [everyTunnel]: '*.safezone.mcafee.com' } }), 'tls', 'tls_other_name'],
  ['the certificate is not trusted', () => internet.switches({ certificates: { [everyTunnel]: 'untrusted' } }), 'tls', 'tls_untrusted'],
  ['the local resolver has cached NXDOMAIN', () => internet.remembers('system', host, { nxdomainSeconds: 1800 }), 'dns', 'dns_stale_here', 'limited'],
  ['the local resolver returns another address', () => internet.remembers('system', host, { address: '198.51.100.66' }), 'dns', 'dns_elsewhere_here', 'limited'],
  ['one public resolver has cached NXDOMAIN', () => internet.remembers('dns.google', host, { nxdomainSeconds: 1800 }), 'dns', 'dns_record_missing', 'limited'],
  ['DNS over HTTPS is blocked', () => internet.switches({ doh: { 'dns.google': 'close', 'cloudflare-dns.com': 'close' } }), 'dns', 'dns_https_blocked', 'limited'],
  ['the name has IPv6 only', () => internet.switches({ ipv6Only: 'tunnels' }), 'dns', 'ipv6_only'],
  ['no resolver knows the name', async () => {
    await internet.remembers('dns.google', host, { nxdomainSeconds: 60 });
    await internet.remembers('cloudflare-dns.com', host, { nxdomainSeconds: 60 });
  }, 'dns', 'dns_record_missing'],
  ['the edge does not answer', () => internet.switches({ visitors: 'hang' }), 'instance', 'unreachable'],
  ['the edge closes connections', () => internet.switches({ visitors: 'close' }), 'instance', 'unreachable'],
  ['the provider rate-limits visitors', () => internet.switches({ rateLimited: true }), 'edge', 'edge_rate_limited'],
  ['200 requests are in flight', () => internet.switches({ inFlightLimit: 0 }), 'edge', 'edge_too_many_requests'],
  ['the gateway is slow', () => internet.switches({ originTimeoutMs: 0 }), 'instance', 'edge_origin_slow'],
  ['WebSockets do not pass', () => internet.switches({ visitors: 'refuse-websockets' }), 'websocket', 'no_websocket'],
];

test('verification names each fault outside, and is ready for none of them', { timeout: 300_000 }, async (t) => {
  const messages = [];
  for (const [what, inject, layer, code, state = 'broken'] of FAULTS) {
    await t.test(what, async () => {
      try {
        await inject();
        const began = Date.now();
        const status = await stack.verify();
        t.diagnostic(`${code}: reported ${Date.now() - began} ms after the verification was requested`);
        const found = headline(status);
        assert.deepEqual([found?.layer, found?.reason.code, found?.state], [layer, code, state], JSON.stringify(found));
        assert.notEqual(status.phase, 'ready');
        assert.ok(found.reason.message && found.reason.messagePt && found.reason.message !== found.reason.messagePt);
        assert.ok(status.verifiedAt && status.verificationAge >= 0, 'the age of the verification is always reported');
        const url = await stack.trySidelink('url');
        assert.equal(url.code, state === 'limited' ? 0 : 69, url.stdout + url.stderr);
        messages.push(found.reason.message);
      } finally {
        await internet.reset();
      }
      const recovered = await stack.status(({ phase }) => phase === 'ready', { seconds: 30 });
      assert.equal(headline(recovered), undefined);
    });
  }
  assert.equal(new Set(messages).size, FAULTS.length, `two faults have the same message:\n${messages.join('\n')}`);
});

test('one public resolver that does not answer leaves the public URL ready', { timeout: 60_000 }, async () => {
  for (const how of ['hang', 'close', 'error']) {
    await internet.switches({ doh: { 'cloudflare-dns.com': how } });
    const status = await stack.verify();
    assert.equal(status.phase, 'ready', JSON.stringify(headline(status)));
    assert.match(status.layers.find(({ layer }) => layer === 'dns').observed, /\(dns\.google\)/);
  }
  await internet.reset();
});

test('a tunnel whose connection is cut is broken, and ready only after a new verification', { timeout: 120_000 }, async () => {
  await internet.switches({ edgeRefuse: true });
  await internet.drops(host);
  const broken = await stack.status(({ phase }) => phase !== 'ready', { seconds: 30 });
  assert.ok(['tunnel', 'edge'].includes(headline(broken).layer), headline(broken).layer);
  await internet.switches({ edgeRefuse: false });
  const back = await stack.status(({ phase }) => phase === 'ready', { seconds: 90 });
  const registered = (await internet.log('registration')).at(-1).time;
  const verified = (await internet.log('visit')).filter(({ detail }) => detail === 'GET /sidelink/rtc').at(-1).time;
  assert.ok(verified > registered, `ready on a verification of ${verified}, registered at ${registered}`);
  assert.equal(new URL(back.publicUrl).hostname, host, 'the public URL is the same');
});

test('verification reports a gateway that is cut off from the tunnel, though it works locally', { timeout: 120_000 }, async () => {
  await docker('network', 'disconnect', `${project}_edge`, `${project}-gateway-1`);
  try {
    const status = await stack.verify();
    // A connection that was open before gets no answer at all; over a new one the tunnel answers
    // 502.
    const { layer, reason } = headline(status);
    assert.equal(layer, 'instance', JSON.stringify(headline(status)));
    assert.ok(['edge_origin_down', 'unreachable'].includes(reason.code), JSON.stringify(headline(status)));
  } finally {
    await docker('network', 'connect', '--alias', 'gateway', `${project}_edge`, `${project}-gateway-1`);
  }
  await stack.status(({ phase }) => phase === 'ready', { seconds: 60 });
});

test('while a tunnel starts, the status names what it awaits and since when', { timeout: 180_000 }, async () => {
  await internet.switches({ edgeDelayMs: 4000, publicationDelayMs: 8000 });
  const awaited = new Map();
  const note = ({ awaiting, layers, publicUrl, phase }) => {
    if (!awaiting) return;
    assert.equal(publicUrl ?? null, null, `a public URL is reported while ${awaiting.layer} is awaited`);
    assert.equal(phase, 'preparing');
    const { reason } = layers.find(({ layer }) => layer === awaiting.layer);
    awaited.set(awaiting.layer, { ...awaiting, code: reason.code });
  };
  await stack.stop('cloudflared');
  await stack.start('cloudflared');
  await stack.status(({ publicUrl }) => publicUrl, { onEach: note });
  assert.equal(awaited.get('edge').code, 'edge_no_connector');
  assert.match(awaited.get('edge').message, /^waiting for Cloudflare's edge, \d+ s$/);
  assert.match(awaited.get('edge').messagePt, /^aguardando a rede de borda da Cloudflare, \d+ s$/);
  assert.equal(awaited.get('dns').code, 'dns_not_published');
  await internet.reset();
});

test('where the authoritative servers do not answer, no resolver is asked before the record must exist', { timeout: 180_000 }, async () => {
  for (const switches of [{ authority: 'silent' }, { interceptDns: true }]) {
    await internet.switches(switches);
    await internet.forgetsLog();
    await stack.stop('cloudflared');
    await stack.start('cloudflared');
    const { publicUrl } = await stack.status(({ publicUrl, phase }) => publicUrl && phase === 'ready');
    const { hostname } = new URL(publicUrl);
    const asked = (await internet.log('dns')).filter(({ name, via }) => name === hostname && via !== 'authority');
    assert.ok(asked.length >= 2);
    const wrong = asked.filter(({ answer }) => answer.startsWith('NXDOMAIN'));
    assert.deepEqual(wrong, [], 'a resolver was asked too early');
    await internet.reset();
  }
});

test('where DNS over HTTPS is blocked from the start, the local resolver is asked after 15 s, and the status reports the limit', { timeout: 180_000 }, async (t) => {
  await internet.switches({ doh: { 'dns.google': 'close', 'cloudflare-dns.com': 'close' } });
  await stack.stop('cloudflared');
  await stack.start('cloudflared');
  const waits = await stack.status((status) => headline(status)?.reason.code === 'dns_https_blocked');
  assert.equal(waits.phase, 'preparing');
  assert.equal(waits.publicUrl, undefined);
  const began = Date.now();
  const shown = await stack.status(({ publicUrl }) => publicUrl);
  t.diagnostic(`blocked -> reported with its limit ${Date.now() - began} ms`);
  assert.ok(Date.now() - began >= 13_000, 'the local resolver was asked too early');
  assert.deepEqual([shown.phase, headline(shown).state, headline(shown).reason.code], ['degraded', 'limited', 'dns_https_blocked']);
  await stack.log('sidecar', /Works for some visitors only: DNS over HTTPS is blocked/);
  await internet.reset();
  await stack.status(({ phase }) => phase === 'ready', { seconds: 30 });
});

test('an edge with IPv6 only is reported as such', { timeout: 120_000 }, async () => {
  await internet.switches({ edgeDelayMs: 60_000 });
  await stack.stop('cloudflared');
  await stack.start('cloudflared');
  await stack.status((status) => headline(status)?.reason.code === 'edge_no_connector');
  await internet.switches({ ipv6Only: 'all' }); // cloudflared has its connection already
  const reported = await stack.status((status) => headline(status)?.reason.code === 'ipv6_only', { seconds: 30 });
  assert.deepEqual([headline(reported).layer, reported.phase], ['edge', 'preparing']);
  await internet.switches({ ipv6Only: '', edgeDelayMs: 0 });
  await stack.restart('cloudflared');
  await stack.status(({ phase }) => phase === 'ready', { seconds: 60 });
});
