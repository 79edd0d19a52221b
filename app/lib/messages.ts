import { createContext, useContext } from "react";
import type { Connection, MediaGrade, Phase } from "@sidelink/client";
import type { Language } from "./language";

/** Everything that the page says by itself. */
const en = {
  title: "Sidelink",
  tagline: "One link that works on any phone",
  language: "Language",
  pages: "Pages",
  consultations: "Consultations",
  link: "Your link",
  proof: "Link",
  call: "Call",
  phase: {
    preparing: "Preparing…",
    ready: "Link ready",
    degraded: "Link in trouble",
    failed: "The link could not be opened",
  } satisfies Record<Phase, string>,
  phaseDetail: {
    preparing: "The link appears here as soon as it is proven to work from outside. You don't have to reload.",
    ready: "Open it on any phone or send it to somebody.",
    degraded: "It worked and does not right now. It is being repaired; this page follows by itself.",
    failed: "Nothing more is being tried. “sidelink status” on the machine says what is wrong and what to do.",
  } satisfies Record<Phase, string>,
  noConfiguration: "Looking for the link…",
  copy: "Copy",
  copied: "Copied",
  copyLink: "Copy the link",
  proven: (ago: string) => `proven ${ago}`,
  notProven: "not proven yet",
  ago: {
    now: "just now",
    seconds: (n: number) => `${n} s ago`,
    minutes: (n: number) => `${n} min ago`,
    hours: (n: number) => `${n} h ago`,
  },
  media: "Video",
  mediaGrade: {
    lan: "reaches phones on the same Wi-Fi",
    turn: "reaches any phone, by your TURN service",
    unknown: "not proven yet how far it reaches",
  } satisfies Record<MediaGrade, string>,
  live: {
    connecting: "Connecting…",
    websocket: "Live",
    "long-poll": "Live (long poll)",
    reconnecting: "Reconnecting…",
    stopped: "Not live",
  },
  cutOff: {
    reconnecting: "The connection was lost. It is tried again by itself.",
    offline: "You are offline. This page goes on by itself as soon as there is a connection.",
    gone: "This address no longer answers. Ask for the new link.",
    preparing: "The other side is starting up, or its computer is busy. This page goes on by itself.",
    busy: "Too many people use this link at once. It is tried again by itself.",
    foreign: "This network answers with a page of its own. Sign in to the Wi-Fi, or try mobile data.",
    replaced:
      "This address now belongs to somebody else. Ask for the new link. If it was you who set it up anew, reload this page.",
  } satisfies Record<Exclude<Connection["kind"], "connecting" | "connected" | "alone">, string>,
  lastKnown: "This is what was last known.",
  name: "Your name",
  room: "Room",
  roomHint: "Everybody in the same room sees each other.",
  join: "Join the call",
  joining: "Joining…",
  cancel: "Cancel",
  localNetworkHint:
    "Your browser may ask whether this page may reach devices on your local network. Allow it: audio and video take that way.",
  waitingForMedia: "You can join as soon as LiveKit answers.",
  you: "you",
  inRoom: (room: string) => `Room ${room}`,
  people: (n: number) => (n === 1 ? "Only you are here" : `${n} people`),
  alone: "Send the link to somebody: they appear here.",
  reconnecting: "The connection was lost. Reconnecting…",
  mute: "Mute microphone",
  unmute: "Unmute microphone",
  cameraOff: "Turn camera off",
  cameraOn: "Turn camera on",
  leave: "Leave",
  soundOn: "Turn sound on",
  muted: "muted",
  noVideo: "camera off",
  dismiss: "Dismiss",
  problem: {
    insecure:
      "Camera and microphone need https. Open the public link, or localhost on this machine; you can still watch here.",
    denied:
      "The browser does not let this page use camera and microphone. Allow both in the address bar's site settings, then turn them on below.",
    cameraMissing: "No camera was found.",
    cameraBusy: "Another program is using the camera. Close it and turn the camera on again.",
    cameraFailed: "The camera could not be started.",
    microphoneMissing: "No microphone was found.",
    microphoneBusy: "Another program is using the microphone. Close it and unmute again.",
    microphoneFailed: "The microphone could not be started.",
    signal: "The call server does not answer. If it is starting, try again in a few seconds.",
    refused: "The call server did not accept the invitation. Join again.",
    media:
      "Could not connect audio and video. Video reaches phones on the same Wi-Fi only when HOST_IP is set on the machine, and mobile data only with the media relay.",
    localNetwork:
      "The browser was not allowed to reach devices on this network, so audio and video could not connect. Allow “local network” for this page with the icon in the address bar, then join again.",
    network: "This page's server does not answer. Check your connection and try again.",
    cut: "The call was cut off because the connection was lost. Join again.",
    removed: "You were removed from the call.",
    roomClosed: "The room was closed.",
  },
  roomInvalid: "Letters without accents, digits, hyphens and underscores only.",
  notFound: "There is nothing at this address.",
  broken: "Something went wrong here. Try again.",
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
  proof: "Link",
  call: "Chamada",
  phase: {
    preparing: "Preparando…",
    ready: "Link pronto",
    degraded: "Link com problema",
    failed: "Não foi possível abrir o link",
  },
  phaseDetail: {
    preparing: "O link aparece aqui assim que for comprovado que funciona de fora. Não precisa recarregar.",
    ready: "Abra em qualquer celular ou envie para alguém.",
    degraded: "Funcionava e agora não funciona. O conserto está em andamento; esta página acompanha sozinha.",
    failed: "Nada mais está sendo tentado. Na máquina, “sidelink status” diz o que houve e o que fazer.",
  },
  noConfiguration: "Procurando o link…",
  copy: "Copiar",
  copied: "Copiado",
  copyLink: "Copiar o link",
  proven: (ago) => `comprovado ${ago}`,
  notProven: "ainda não comprovado",
  ago: {
    now: "agora mesmo",
    seconds: (n) => `há ${n} s`,
    minutes: (n) => `há ${n} min`,
    hours: (n) => `há ${n} h`,
  },
  media: "Vídeo",
  mediaGrade: {
    lan: "chega a celulares na mesma rede Wi-Fi",
    turn: "chega a qualquer celular, pelo seu serviço TURN",
    unknown: "ainda não se comprovou até onde chega",
  },
  live: {
    connecting: "Conectando…",
    websocket: "Ao vivo",
    "long-poll": "Ao vivo (long poll)",
    reconnecting: "Reconectando…",
    stopped: "Parado",
  },
  cutOff: {
    reconnecting: "A conexão caiu. A página tenta de novo sozinha.",
    offline: "Você está sem internet. Esta página continua sozinha assim que houver conexão.",
    gone: "Este endereço não responde mais. Peça o novo link.",
    preparing: "O outro lado está iniciando, ou o computador dele está ocupado. Esta página continua sozinha.",
    busy: "Gente demais está usando este link ao mesmo tempo. A página tenta de novo sozinha.",
    foreign: "Esta rede responde com uma página própria. Faça login no Wi-Fi ou tente os dados móveis.",
    replaced:
      "Este endereço agora é de outra pessoa. Peça o novo link. Se foi você que o configurou de novo, recarregue a página.",
  },
  lastKnown: "Isto é o que se sabia por último.",
  name: "Seu nome",
  room: "Sala",
  roomHint: "Quem está na mesma sala se vê.",
  join: "Entrar na chamada",
  joining: "Entrando…",
  cancel: "Cancelar",
  localNetworkHint:
    "O navegador pode perguntar se esta página pode acessar dispositivos da sua rede local. Permita: áudio e vídeo passam por ela.",
  waitingForMedia: "Você pode entrar assim que o LiveKit responder.",
  you: "você",
  inRoom: (room) => `Sala ${room}`,
  people: (n) => (n === 1 ? "Só você está aqui" : `${n} pessoas`),
  alone: "Envie o link para alguém: a pessoa aparece aqui.",
  reconnecting: "A conexão caiu. Reconectando…",
  mute: "Desligar o microfone",
  unmute: "Ligar o microfone",
  cameraOff: "Desligar a câmera",
  cameraOn: "Ligar a câmera",
  leave: "Sair",
  soundOn: "Ligar o som",
  muted: "sem som",
  noVideo: "câmera desligada",
  dismiss: "Fechar",
  problem: {
    insecure:
      "Câmera e microfone precisam de https. Abra o link público, ou localhost nesta máquina; aqui você ainda pode assistir.",
    denied:
      "O navegador não deixa esta página usar câmera e microfone. Permita os dois nas configurações do site, na barra de endereço, e depois ligue-os abaixo.",
    cameraMissing: "Nenhuma câmera foi encontrada.",
    cameraBusy: "Outro programa está usando a câmera. Feche-o e ligue a câmera de novo.",
    cameraFailed: "Não foi possível iniciar a câmera.",
    microphoneMissing: "Nenhum microfone foi encontrado.",
    microphoneBusy: "Outro programa está usando o microfone. Feche-o e ligue o microfone de novo.",
    microphoneFailed: "Não foi possível iniciar o microfone.",
    signal: "O servidor de chamadas não responde. Se ele estiver iniciando, tente de novo em alguns segundos.",
    refused: "O servidor de chamadas não aceitou o convite. Entre de novo.",
    media:
      "Não foi possível conectar áudio e vídeo. O vídeo só chega a celulares na mesma rede Wi-Fi quando HOST_IP está definido na máquina, e a dados móveis só com o relay de mídia.",
    localNetwork:
      "O navegador não teve permissão para acessar dispositivos desta rede, e áudio e vídeo não conectaram. Permita “rede local” para esta página no ícone da barra de endereço e entre de novo.",
    network: "O servidor desta página não responde. Verifique sua conexão e tente de novo.",
    cut: "A chamada foi interrompida porque a conexão caiu. Entre de novo.",
    removed: "Você foi removido da chamada.",
    roomClosed: "A sala foi encerrada.",
  },
  roomInvalid: "Só letras sem acento, números, hífens e sublinhados.",
  notFound: "Não há nada neste endereço.",
  broken: "Algo deu errado por aqui. Tente de novo.",
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
