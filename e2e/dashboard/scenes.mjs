// Status documents, each as the sidecar publishes it in one situation. Times are relative to now.

export const HOST = 'north-ember-delta-kettle.trycloudflare.com';
const LAYERS = ['docker', 'services', 'gateway', 'tunnel', 'edge', 'dns', 'tls', 'instance', 'app', 'livekit', 'websocket', 'media', 'exposure'];
const SEEN = {
  edge: '104.16.230.132:443 answered 204', dns: 'cloudflare-dns.com, dns.google, this network: 104.16.230.132',
  tls: '*.trycloudflare.com', instance: '204', app: 'GET / 200', livekit: 'GET /rtc/validate 200', websocket: '101',
};

/** Seconds from now, as RFC 3339. */
export const at = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();

const reason = (code, kind, message, messagePt, next = null, nextPt = null) => ({ code, class: kind, message, messagePt, next, nextPt });

const layers = (changes = {}) => LAYERS.map((layer) => ({
  layer, state: 'ok', since: at(-754), waitsFor: [], ...(SEEN[layer] ? { observed: SEEN[layer] } : {}), ...changes[layer],
}));

/** Every layer from `first` on waits for those before it. */
const waitingFrom = (first, change) => {
  const from = LAYERS.indexOf(first);
  return layers(Object.fromEntries(LAYERS.slice(from).map((layer, after) => [layer, {
    state: 'waiting', since: at(-12), observed: undefined,
    ...(after === 0 ? change : { reason: reason('waits_for', 'none', `waits for ${LAYERS[from + after - 1]}`, `aguarda ${LAYERS[from + after - 1]}`) }),
  }])));
};

const service = (name, role, changes = {}) => ({
  name, role, state: 'ok', since: at(-771), required: true, restarts: 0, reason: null, healing: null, tunnel: null, ...changes,
});
const QUICK = { kind: 'cloudflared-quick', hostname: HOST, current: true };
const services = (changes = {}) => [
  service('app', 'app', changes.app),
  service('cloudflared', 'tunnel', { tunnel: QUICK, since: at(-768), ...changes.cloudflared }),
  service('docker-proxy', 'docker-proxy'),
  service('gateway', 'gateway', changes.gateway),
  service('icecast', 'icecast', changes.icecast),
  service('livekit', 'livekit', changes.livekit),
  service('redis', 'redis', changes.redis),
  service('silence', 'silence', { required: false, ...changes.silence }),
];

const happened = (seconds, kind, subject, state, message, messagePt) => ({ at: at(seconds), kind, subject, state, message, messagePt });
const ACTIVITY = () => [
  happened(-192, 'link', HOST, 'ok', 'the link was verified again', 'o link foi verificado novamente'),
  happened(-197, 'service', 'livekit', 'ok', 'livekit works again', 'livekit voltou a funcionar'),
  happened(-203, 'act', 'livekit', 'waiting', 'livekit was started again: it had ended with exit code 137', 'livekit foi iniciado de novo: tinha terminado com código 137'),
  happened(-205, 'service', 'livekit', 'broken', 'livekit ended with exit code 137', 'livekit terminou com código 137'),
  happened(-754, 'phase', 'ready', 'ok', 'the link works', 'o link funciona'),
  happened(-757, 'layer', 'dns', 'ok', 'two public resolvers have the name', 'dois resolvedores públicos têm o nome'),
  happened(-761, 'layer', 'edge', 'ok', 'answers for the name', 'responde pelo nome'),
  happened(-768, 'tunnel', 'cloudflared', 'ok', 'cloudflared is registered', 'cloudflared está registrado'),
  happened(-770, 'service', 'gateway', 'ok', 'gateway works', 'gateway funciona'),
  happened(-774, 'service', 'app', 'ok', 'app works', 'app funciona'),
  happened(-781, 'config', 'config/sidelink.yaml', 'ok', 'was read', 'foi lido'),
];

const document = (changes) => ({
  sequence: 41, phase: 'ready', since: at(-192), publicUrl: `https://${HOST}`, verifiedAt: at(-12), verificationAge: 12, awaiting: null,
  blockedBy: [], layers: layers(), services: services(), standIn: false, mode: 'always', suspended: false, announcement: null, phone: null,
  tunnel: { service: 'cloudflared', kind: 'cloudflared-quick', lasting: false, inFlight: 3, limit: 200 }, activity: ACTIVITY(), ...changes,
});
const awaiting = (layer, seconds, what, what_pt) => ({
  layer, since: at(-seconds), seconds, message: `waiting for ${what}, ${seconds} s`, messagePt: `aguardando ${what_pt}, ${seconds} s`,
});
const SUSPENDED = reason('suspended', 'none', 'suspended until a link is requested', 'suspenso até que um link seja pedido');
const unverified = { publicUrl: null, verifiedAt: null, verificationAge: null };

const LIVEKIT_ENDED = ['ended with exit code 1: cannot bind port 7880', 'terminou com código 1: não foi possível usar a porta 7880',
  'See `docker compose logs livekit`, then restart it', 'Veja `docker compose logs livekit` e reinicie'];

const livekitBroken = (healing) => ({
  phase: 'degraded', since: at(-48), awaiting: awaiting('services', 48, 'livekit', 'livekit'),
  layers: layers({
    services: { state: 'broken', since: at(-48), waitsFor: ['livekit'], reason: reason('exited', 'restart', `livekit: ${LIVEKIT_ENDED[0]}`, `livekit: ${LIVEKIT_ENDED[1]}`, LIVEKIT_ENDED[2], LIVEKIT_ENDED[3]) },
    livekit: { state: 'broken', since: at(-46), observed: undefined, reason: reason('behind_gateway', 'temporary', 'what answers /rtc/validate behind the gateway is not up', 'o que responde /rtc/validate atrás do gateway não está no ar') },
    websocket: { state: 'waiting', since: at(-46), observed: undefined, reason: reason('waits_for', 'none', 'waits for livekit', 'aguarda livekit') },
  }),
  services: services({ livekit: { state: 'broken', since: at(-48), restarts: 4, reason: reason('exited', 'restart', ...LIVEKIT_ENDED), healing } }),
});

export const scenes = {
  ready: () => document({}),
  /** A phone on mobile data has just been in a call. */
  verified: () => document({ phone: { grade: 'turn', at: at(-12), device: 'phone' } }),
  sameWifi: () => document({ phone: { grade: 'lan', at: at(-75), device: 'phone' } }),
  noVideo: () => document({ phone: { grade: 'unknown', at: at(-30), device: 'desktop' } }),
  preparing: () => document({
    ...unverified, phase: 'preparing', since: at(-31), awaiting: awaiting('edge', 12, 'Cloudflare\'s edge', 'a rede de borda da Cloudflare'),
    layers: waitingFrom('edge', { reason: reason('edge_no_connector', 'temporary', 'the edge has no connection of this tunnel (1033)', 'a rede de borda não tem conexão com este túnel (1033)') }),
    services: services({ cloudflared: { since: at(-14) } }), activity: ACTIVITY().slice(7),
  }),
  /** LiveKit does not come up, and is restarted with exponential backoff. */
  degraded: () => document(livekitBroken({ actions: 2, exhausted: false, nextAt: at(14) })),
  exhausted: () => document(livekitBroken({ actions: 8, exhausted: true, nextAt: null })),
  /** A broken service that the page does not need. */
  partly: () => document({
    phase: 'degraded', since: at(-9), awaiting: awaiting('services', 9, 'icecast', 'icecast'),
    layers: layers({ services: { state: 'broken', since: at(-9), waitsFor: ['icecast'], reason: reason('stopped_by_hand', 'none', 'icecast: stopped by hand', 'icecast: parado manualmente', 'Start it with `docker compose start icecast`', 'Inicie com `docker compose start icecast`') } }),
    services: services({ icecast: { state: 'broken', since: at(-9), reason: reason('stopped_by_hand', 'none', 'stopped by hand', 'parado manualmente', 'Start it with `docker compose start icecast`', 'Inicie com `docker compose start icecast`') } }),
  }),
  limitedDns: () => document({
    phase: 'degraded', awaiting: awaiting('dns', 90, 'the link\'s DNS record', 'o registro DNS do link'),
    layers: layers({ dns: { state: 'limited', since: at(-90), reason: reason('dns_stale_here', 'temporary',
      'the link works elsewhere, but this network\'s resolver does not know the name', 'o link funciona em outras redes, mas o resolvedor desta rede não conhece o nome',
      'On this Wi-Fi use mobile data until 14:32, or restart the tunnel for a new link', 'Neste Wi-Fi use dados móveis até 14:32, ou reinicie o túnel para obter um novo link') } }),
  }),
  /** The edge has forgotten the hostname: only a new tunnel helps. */
  oldTunnel: () => document({
    phase: 'degraded', since: at(-20), awaiting: awaiting('edge', 20, 'Cloudflare\'s edge', 'a rede de borda da Cloudflare'), verifiedAt: at(-84),
    announcement: { message: 'The tunnel is restarted in 40 s: the link will change', messagePt: 'O túnel será reiniciado em 40 s: o link vai mudar' },
    layers: waitingFrom('edge', { state: 'broken', since: at(-20), reason: reason('edge_old_tunnel', 'restart', 'the edge no longer knows this address (1016)', 'a rede de borda não conhece mais este endereço (1016)',
      'A quick tunnel gets a new public URL with `docker compose restart cloudflared`; your own hostname has to point at this tunnel in your provider\'s DNS',
      'Um túnel rápido recebe um novo link com `docker compose restart cloudflared`; um nome próprio precisa apontar para este túnel no DNS do seu provedor') }),
  }),
  failed: () => document({
    ...unverified, phase: 'failed', since: at(-65), configError: 'line 7, column 3: unknown key "publicURL"', awaiting: awaiting('tunnel', 65, 'the tunnel', 'o túnel'),
    layers: waitingFrom('tunnel', { reason: reason('not_started', 'none', 'created, not started yet', 'criado, ainda não iniciado') }), activity: ACTIVITY().slice(8), tunnel: null,
    services: services({ cloudflared: { state: 'waiting', reason: reason('not_started', 'none', 'created, not started yet', 'criado, ainda não iniciado') } }),
  }),
  suspended: () => document({
    ...unverified, phase: 'preparing', mode: 'on-demand', suspended: true, awaiting: awaiting('tunnel', 300, 'the tunnel', 'o túnel'),
    layers: waitingFrom('tunnel', { reason: SUSPENDED }), tunnel: { service: 'cloudflared', kind: 'cloudflared-quick', lasting: false, inFlight: null, limit: 200 },
    services: services({ cloudflared: { state: 'waiting', reason: SUSPENDED } }), activity: ACTIVITY().slice(8),
  }),
  /** A named tunnel with a quick one standing by; many visitors; a layer of a newer sidecar. */
  twoTunnels: () => document({
    publicUrl: 'https://call.example.org',
    tunnel: { service: 'cloudflared-named', kind: 'cloudflared-named', lasting: true, inFlight: 163, limit: 200 },
    layers: [...layers(), { layer: 'turn', state: 'grey', since: at(-20), waitsFor: [], observed: 'udp 3478' }],
    services: [
      ...services({ cloudflared: { state: 'ok', tunnel: { ...QUICK, current: false } } }),
      service('cloudflared-named', 'tunnel', { tunnel: { kind: 'cloudflared-named', hostname: 'call.example.org', current: true } }),
    ],
  }),
};

/** Resembles a QR code; nothing reads it. */
export const qr = (() => {
  const size = 29;
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const corner = (x, y) => Math.max(Math.abs(x - 3), Math.abs(y - 3));
  const dark = (x, y) => {
    for (const [a, b] of [[x, y], [size - 1 - x, y], [x, size - 1 - y]]) {
      if (a < 8 && b < 8) return [0, 1, 3].includes(corner(a, b));
    }
    return random() < 0.48;
  };
  let path = '';
  for (let y = 0; y < size; y += 1) for (let x = 0; x < size; x += 1) if (dark(x, y)) path += `M${x + 4} ${y + 4}h1v1h-1z`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 37 37" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h37v37H0z"/><path d="${path}"/></svg>`;
})();

/** The answer of POST /phone-check, once a link exists. */
export const phoneCheck = () => ({ status: 201, body: {
  token: 'k7wq3', consultationUrl: `https://${HOST}/phone#k7wq3`, room: 'r', expiresAt: at(600), verifiedAt: at(-2), qr,
} });
/** The answer before that. */
export const phoneCheckLater = () => ({ status: 202, body: {
  statusUrl: '/status', phase: 'preparing', retryAfter: 0, waitingFor: { layer: 'edge', since: at(-12), message: 'waiting for Cloudflare\'s edge, 12 s', messagePt: 'aguardando a rede de borda da Cloudflare, 12 s' },
} });
