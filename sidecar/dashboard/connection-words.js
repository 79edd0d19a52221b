// The texts of the connections, beside those of words.js.

const en = {
  connections: 'Connections',
  connectionsHint: 'Who is in a call, how each participant is connected, and why one is not.',
  show: 'Show',
  hide: 'Hide',
  showConnections: 'Show connections',
  hideConnections: 'Hide connections',
  connectionsAsking: 'Asking LiveKit…',
  connectionsEmpty: 'No participant is in a call.',
  connectionsLast: 'Below is the last known state.',
  connectionsMore: (n) => (n === 1 ? '1 more participant is not shown.' : `${n} more participants are not shown.`),
  connectionCount: (n, limit) => {
    if (limit !== null) return `${n} of ${limit} connections`;
    return n === 1 ? '1 connection' : `${n} connections`;
  },
  sharedCount: (n) => (n === 1 ? '1 shared video' : `${n} shared videos`),
  processedCount: (n) => (n === 1 ? '1 processed video' : `${n} processed videos`),

  room: 'Room',
  roomCount: (n) => (n === 0 ? 'no participant' : n === 1 ? '1 participant' : `${n} participants`),
  trackCount: (n) => (n === 1 ? '1 track' : `${n} tracks`),
  participant: { connected: 'connected', connecting: 'connecting', disconnected: 'disconnected', unknown: 'unknown' },
  joinedAgo: (span) => `joined ${span} ago`,
  reportedAgo: (span) => `The latest measurements are ${span} old.`,
  measured: { path: 'Path', ice: 'ICE', roundTrip: 'Round trip', loss: 'Loss', send: 'Up', receive: 'Down', tracks: 'Tracks' },
  paths: { lan: 'local network', direct: 'direct', turn: 'TURN relay', tunnel: 'tunnel', none: 'none' },
  graph: (low, high) => `Last 5 minutes: round trip ${low === high ? low : `${low} to ${high}`} ms`,
  graphOfLoss: (n) => `loss in ${n === 1 ? '1 sample' : `${n} samples`}`,
};

const pt = {
  connections: 'Conexões',
  connectionsHint: 'Quem está em uma chamada, como cada participante está conectado e por que algum não está.',
  show: 'Mostrar',
  hide: 'Ocultar',
  showConnections: 'Mostrar conexões',
  hideConnections: 'Ocultar conexões',
  connectionsAsking: 'Consultando o LiveKit…',
  connectionsEmpty: 'Nenhum participante está em uma chamada.',
  connectionsLast: 'Abaixo, a última informação disponível.',
  connectionsMore: (n) => (n === 1 ? 'Mais 1 participante não é mostrado.' : `Mais ${n} participantes não são mostrados.`),
  connectionCount: (n, limit) => {
    if (limit !== null) return `${n} de ${limit} conexões`;
    return n === 1 ? '1 conexão' : `${n} conexões`;
  },
  sharedCount: (n) => (n === 1 ? '1 vídeo compartilhado' : `${n} vídeos compartilhados`),
  processedCount: (n) => (n === 1 ? '1 vídeo processado' : `${n} vídeos processados`),

  room: 'Sala',
  roomCount: (n) => (n === 0 ? 'nenhum participante' : n === 1 ? '1 participante' : `${n} participantes`),
  trackCount: (n) => (n === 1 ? '1 faixa' : `${n} faixas`),
  participant: { connected: 'conectado', connecting: 'conectando', disconnected: 'desconectado', unknown: 'desconhecido' },
  joinedAgo: (span) => `entrou há ${span}`,
  reportedAgo: (span) => `As últimas medições são de ${span} atrás.`,
  measured: { path: 'Caminho', ice: 'ICE', roundTrip: 'Ida e volta', loss: 'Perda', send: 'Envio', receive: 'Recepção', tracks: 'Faixas' },
  paths: { lan: 'rede local', direct: 'direto', turn: 'relay TURN', tunnel: 'túnel', none: 'nenhum' },
  graph: (low, high) => `Últimos 5 minutos: ida e volta ${low === high ? `de ${low}` : `de ${low} a ${high}`} ms`,
  graphOfLoss: (n) => `perda em ${n === 1 ? '1 amostra' : `${n} amostras`}`,
};

export const CONNECTION_WORDS = { en, pt };
