// Answers of GET /connection-stats, each as the sidecar gives it in one situation. Times are relative to now.
import { at } from './scenes.mjs';

const sentences = {
  connecting: ['connecting', 'conectando'],
  left: ['left', 'saiu'],
  lan: ['direct on the same Wi-Fi', 'direto no mesmo Wi-Fi'],
  turn: ['relayed by TURN', 'retransmitido por TURN'],
  tunnel: [
    'through the tunnel: the browser may not reach the local network; allow it in the address bar',
    'pelo túnel: o navegador não tem permissão para acessar a rede local; permita na barra de endereço',
  ],
  none: ['not connected: no path works from its network', 'não conectado: nenhum caminho funciona a partir da rede dele'],
};

/** One participant. `sentence` names its verdict. */
export function client(id, name, sentence, changes = {}) {
  const [verdict, verdictPt] = sentences[sentence];
  return {
    client_id: id, room: 'consulta-7', name, connection_state: 'connected', ice_state: 'connected', created_at: at(-754), has_processed_track: false, tracks: 2,
    path: 'lan', candidate_type: 'host', protocol: 'udp', rtt_ms: 12, loss_percent: 0, send_bitrate: 1_240_000, receive_bitrate: 853_000, reported_at: at(-1),
    verdict, verdict_pt: verdictPt, ...changes,
  };
}
const unmeasured = { ice_state: null, path: null, candidate_type: null, protocol: null, rtt_ms: null, loss_percent: null, send_bitrate: null, receive_bitrate: null, reported_at: null };

/** The answer with these participants; their rooms are derived. */
export function stats(clients, changes = {}) {
  const names = [...new Set(clients.map(({ room }) => room))];
  const inRoom = (name) => clients.filter(({ room }) => room === name);
  const shared = clients.length > 0 ? 1 : 0;
  return {
    active_clients: clients.length, websocket_connections: clients.length, detector_loaded: true, max_connections: 50,
    shared_tracks: { shared_video_tracks: shared, shared_processed_tracks: 0, active_clients: clients.length },
    rooms: names.map((name) => ({ name, clients: inRoom(name).length, tracks: 2 * inRoom(name).length, created_at: at(-800) })),
    clients, ...changes,
  };
}

const two = (bia = {}) => stats([client('c-1', 'Bia', 'lan', bia), client('c-2', 'Rui', 'turn', { path: 'turn', candidate_type: 'relay', protocol: 'tcp', rtt_ms: 118, loss_percent: 2.4, created_at: at(-64) })]);

export const calls = {
  none: () => stats([]),
  two,
  /** Each state and each path, in two rooms. */
  mixed: () => stats([
    ...two().clients,
    client('c-3', 'Ana Beatriz de Albuquerque Cavalcanti', 'connecting', { ...unmeasured, connection_state: 'connecting', ice_state: 'checking', created_at: at(-6), tracks: 0 }),
    client('c-4', 'Zé', 'none', { room: 'consulta-8', path: 'none', protocol: null, rtt_ms: null, loss_percent: null, send_bitrate: 0, receive_bitrate: 0, reported_at: at(-75) }),
    client('c-5', 'Lia', 'tunnel', { room: 'consulta-8', path: 'tunnel', protocol: 'tls', rtt_ms: 240, send_bitrate: 420_000 }),
    client('c-6', '', 'left', { ...unmeasured, room: 'consulta-8', connection_state: 'disconnected' }),
  ], { shared_tracks: { shared_video_tracks: 3, shared_processed_tracks: 1, active_clients: 6 } }),
  /** Names and identities that a visitor chose to disturb the page. */
  hostile: () => stats([
    client('<img src=x onerror="document.title=1">', '<script>document.title=1</script>', 'lan', { room: '<b>room</b>' }),
    client('\u202eevil\u2066', 'Bia\u202e\u0000\n detcennoc', 'lan', { room: '\u202emoor' }),
    client('x'.repeat(5_000), 'W'.repeat(5_000), 'turn', { path: 'constructor', connection_state: '__proto__', protocol: 'x'.repeat(300), room: 'r'.repeat(5_000) }),
    client('__proto__', `Z${'\u0335\u0340\u0341'.repeat(200)}`, 'lan', { room: '__proto__' }),
  ]),
  many: (n) => stats(Array.from({ length: n }, (_, index) => client(`c-${index}`, `Visitor ${index}`, 'lan'))),
};

/** A participant's measurements over five minutes, one answer each: `answers(now)` at each step of two seconds. */
export const wave = (step) => ({
  rtt_ms: Math.round(60 + 35 * Math.sin(step / 7) + 20 * Math.sin(step / 2.3)), loss_percent: step % 37 < 3 ? 4.2 : 0.1,
});

export const livekitSilent = () => ({ status: 503, body: { error: {
  code: 'no_livekit', message: 'LiveKit does not list its rooms.', messagePt: 'O LiveKit não lista as salas.',
  fix: 'Try again in some seconds; if this persists, run `docker compose exec sidecar sidelink doctor`.', docs: 'docs/configuration.md#routes',
} } });
