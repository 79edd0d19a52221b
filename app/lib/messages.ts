import { createContext, useContext } from "react";
import type { Connection, MediaGrade, Phase } from "@sidelink/client";
import type { Language } from "./language";

/** All texts of the start page. */
const en = {
  title: "Sidelink",
  tagline: "One link that works on any phone",
  language: "Language",
  pages: "Pages",
  consultations: "Consultations",
  link: "Your link",
  verification: "Verification",
  call: "Call",
  phase: {
    preparing: "Preparing…",
    ready: "Link ready",
    degraded: "Problem with the link",
    failed: "The link could not be opened",
  } satisfies Record<Phase, string>,
  phaseDetail: {
    preparing: "The link appears here as soon as it is verified over the internet. You don't have to reload.",
    ready: "Open it on any phone, or share it.",
    degraded: "It worked before and does not work now. Sidelink is repairing it; this page updates automatically.",
    failed: "Sidelink has stopped trying. “sidelink status” on the machine shows what is wrong and what to do.",
  } satisfies Record<Phase, string>,
  noConfiguration: "Looking for the link…",
  copy: "Copy",
  copied: "Copied",
  copyLink: "Copy the link",
  verified: (ago: string) => `last verified ${ago}`,
  notVerified: "not verified yet",
  ago: {
    now: "just now",
    seconds: (n: number) => `${n} s ago`,
    minutes: (n: number) => `${n} min ago`,
    hours: (n: number) => `${n} h ago`,
  },
  media: "Video",
  mediaGrade: {
    lan: "reaches phones on the same Wi-Fi",
    direct: "reaches phones in some other networks directly",
    turn: "reaches any phone, through your TURN service",
    tunnel: "reaches any phone, over the tunnel",
    none: "did not reach the last phone",
    unknown: "reach not verified yet",
  } satisfies Record<MediaGrade, string>,
  live: {
    connecting: "Connecting…",
    websocket: "Live",
    "long-poll": "Live (long poll)",
    reconnecting: "Reconnecting…",
    stopped: "Not live",
  },
  cutOff: {
    reconnecting: "The connection was lost. This page reconnects automatically.",
    offline: "You are offline. This page continues automatically as soon as there is a connection.",
    gone: "This address no longer answers. Ask for the new link.",
    preparing: "The other side is starting up, or its computer is busy. This page continues automatically.",
    busy: "Too many people use this link at once. This page tries again automatically.",
    foreign: "This network shows its own page instead. Sign in to the Wi-Fi, or try mobile data.",
    replaced:
      "This address now belongs to another installation. Ask for the new link. If you reinstalled it yourself, reload this page.",
  } satisfies Record<Exclude<Connection["kind"], "connecting" | "connected" | "alone">, string>,
  lastKnown: "This is the last known state.",
  name: "Your name",
  room: "Room",
  roomHint: "People in the same room see each other.",
  join: "Join the call",
  joining: "Joining…",
  cancel: "Cancel",
  localNetworkHint:
    "Your browser may ask whether this page may reach devices on your local network. Allow it, because audio and video use that path.",
  waitingForMedia: "You can join as soon as LiveKit answers.",
  you: "you",
  inRoom: (room: string) => `Room ${room}`,
  people: (n: number) => (n === 1 ? "Only you are here" : `${n} people`),
  alone: "Send the link to another person. They appear here after joining.",
  reconnecting: "The connection was lost. Reconnecting…",
  mute: "Mute microphone",
  unmute: "Unmute microphone",
  cameraOff: "Turn camera off",
  cameraOn: "Turn camera on",
  leave: "Leave",
  soundOn: "Turn sound on",
  muted: "microphone off",
  noVideo: "camera off",
  dismiss: "Dismiss",
  problem: {
    insecure:
      "Camera and microphone need https. Open the public link, or localhost on this machine. You can still watch here.",
    denied:
      "The browser does not let this page use camera and microphone. Allow both in the address bar's site settings, then turn them on below.",
    cameraMissing: "No camera was found.",
    cameraBusy: "Another program is using the camera. Close it and turn the camera on again.",
    cameraFailed: "The camera could not be started.",
    microphoneMissing: "No microphone was found.",
    microphoneBusy: "Another program is using the microphone. Close it and unmute again.",
    microphoneFailed: "The microphone could not be started.",
    signal: "The call server does not answer. If it is starting, try again in a few seconds.",
    refused: "The call server refused access. Join again.",
    media:
      "Audio and video could not connect. Video reaches phones on the same Wi-Fi only when HOST_IP is set on the machine. On mobile data it does not get through yet.",
    localNetwork:
      "The browser was not allowed to reach devices on this network, so audio and video could not connect. Allow “local network” for this page with the icon in the address bar, then join again.",
    network: "This page's server does not answer. Check your connection and try again.",
    cut: "The call ended because the connection was lost. Join again.",
    removed: "You were removed from the call.",
    roomClosed: "The room was closed.",
  },
  roomInvalid: "Use only letters without accents, digits, hyphens and underscores.",
  notFound: "There is nothing at this address.",
  broken: "Something went wrong. Try again.",
  home: "Go to the start page",
};

export type Messages = typeof en;
export type KnownProblem = keyof Messages["problem"];

const ptBR: Messages = {
  title: "Sidelink",
  tagline: "Um link que funciona em qualquer celular",
  language: "Idioma",
  pages: "Páginas",
  consultations: "Consultas",
  link: "Seu link",
  verification: "Verificação",
  call: "Chamada",
  phase: {
    preparing: "Preparando…",
    ready: "Link pronto",
    degraded: "Link com problema",
    failed: "Não foi possível abrir o link",
  },
  phaseDetail: {
    preparing: "O link aparece aqui assim que o acesso pela internet for verificado. Não é preciso recarregar a página.",
    ready: "Abra em qualquer celular ou compartilhe.",
    degraded: "Funcionava e parou de funcionar. O Sidelink está corrigindo o problema; esta página atualiza automaticamente.",
    failed: "O Sidelink parou de tentar. Na máquina, “sidelink status” mostra o que houve e o que fazer.",
  },
  noConfiguration: "Procurando o link…",
  copy: "Copiar",
  copied: "Copiado",
  copyLink: "Copiar o link",
  verified: (ago) => `verificado ${ago}`,
  notVerified: "ainda não verificado",
  ago: {
    now: "agora mesmo",
    seconds: (n) => `há ${n} s`,
    minutes: (n) => `há ${n} min`,
    hours: (n) => `há ${n} h`,
  },
  media: "Vídeo",
  mediaGrade: {
    lan: "chega a celulares na mesma rede Wi-Fi",
    direct: "chega diretamente a celulares em algumas outras redes",
    turn: "chega a qualquer celular, pelo seu serviço TURN",
    tunnel: "chega a qualquer celular, pelo túnel",
    none: "não chegou ao último celular",
    unknown: "alcance ainda não verificado",
  },
  live: {
    connecting: "Conectando…",
    websocket: "Ao vivo",
    "long-poll": "Ao vivo (long poll)",
    reconnecting: "Reconectando…",
    stopped: "Parado",
  },
  cutOff: {
    reconnecting: "A conexão caiu. A página reconecta automaticamente.",
    offline: "Você está sem internet. Esta página continua automaticamente assim que houver conexão.",
    gone: "Este endereço não responde mais. Peça o novo link.",
    preparing: "O outro lado está iniciando, ou o computador está ocupado. Esta página atualiza automaticamente.",
    busy: "Muitas pessoas estão usando este link ao mesmo tempo. A página tenta de novo automaticamente.",
    foreign: "Esta rede mostra uma página própria. Faça login no Wi-Fi ou use os dados móveis.",
    replaced:
      "Este endereço agora pertence a outra instalação. Peça o novo link. Se foi você que reinstalou o sistema, recarregue a página.",
  },
  lastKnown: "Esta é a última informação disponível.",
  name: "Seu nome",
  room: "Sala",
  roomHint: "As pessoas na mesma sala se veem.",
  join: "Entrar na chamada",
  joining: "Entrando…",
  cancel: "Cancelar",
  localNetworkHint:
    "O navegador pode perguntar se esta página pode acessar dispositivos da sua rede local. Permita, pois o áudio e o vídeo passam por ela.",
  waitingForMedia: "Você pode entrar assim que o LiveKit responder.",
  you: "você",
  inRoom: (room) => `Sala ${room}`,
  people: (n) => (n === 1 ? "Só você está aqui" : `${n} pessoas`),
  alone: "Envie o link para outra pessoa. Ela aparece aqui quando entrar.",
  reconnecting: "A conexão caiu. Reconectando…",
  mute: "Desligar o microfone",
  unmute: "Ligar o microfone",
  cameraOff: "Desligar a câmera",
  cameraOn: "Ligar a câmera",
  leave: "Sair",
  soundOn: "Ligar o som",
  muted: "microfone desligado",
  noVideo: "câmera desligada",
  dismiss: "Fechar",
  problem: {
    insecure:
      "Câmera e microfone precisam de https. Abra o link público, ou localhost nesta máquina. Aqui você ainda pode assistir.",
    denied:
      "O navegador bloqueou a câmera e o microfone nesta página. Permita os dois nas configurações do site, na barra de endereço, e depois ligue-os abaixo.",
    cameraMissing: "Nenhuma câmera foi encontrada.",
    cameraBusy: "Outro programa está usando a câmera. Feche-o e ligue a câmera novamente.",
    cameraFailed: "Não foi possível iniciar a câmera.",
    microphoneMissing: "Nenhum microfone foi encontrado.",
    microphoneBusy: "Outro programa está usando o microfone. Feche-o e ligue o microfone novamente.",
    microphoneFailed: "Não foi possível iniciar o microfone.",
    signal: "O servidor de chamadas não responde. Se ele estiver iniciando, tente novamente em alguns segundos.",
    refused: "O servidor de chamadas recusou o acesso. Entre novamente.",
    media:
      "Não foi possível transmitir áudio e vídeo. O vídeo só chega a celulares na mesma rede Wi-Fi quando HOST_IP está definido na máquina. Em dados móveis ele ainda não chega.",
    localNetwork:
      "O navegador não teve permissão para acessar dispositivos desta rede, por isso não foi possível transmitir áudio e vídeo. Permita “rede local” para esta página no ícone da barra de endereço e entre novamente.",
    network: "O servidor desta página não responde. Verifique sua conexão e tente novamente.",
    cut: "A chamada foi interrompida porque a conexão caiu. Entre novamente.",
    removed: "Você foi removido da chamada.",
    roomClosed: "A sala foi encerrada.",
  },
  roomInvalid: "Use apenas letras sem acento, números, hífens e sublinhados.",
  notFound: "Não há nada neste endereço.",
  broken: "Algo deu errado. Tente novamente.",
  home: "Ir para a página inicial",
};

export const MESSAGES: Record<Language, Messages> = { en, "pt-BR": ptBR };

const LanguageContext = createContext<Language>("en");
export const LanguageProvider = LanguageContext.Provider;

export function useLanguage(): Language {
  return useContext(LanguageContext);
}

export function useMessages(): Messages {
  return MESSAGES[useLanguage()];
}
