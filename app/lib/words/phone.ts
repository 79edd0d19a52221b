import type { In } from "./in";

const en = {
  title: "Phone check",
  tagline: "Does video reach this phone?",
  none: "This page needs a code that belongs to the stack",
  noneDetail: "On the stack's computer open the dashboard (“docker compose exec sidecar sidelink dashboard” prints the way in) and choose “Check with a phone”. Its QR code opens this page with the code; it is good for ten minutes.",
  closedTitle: "This check has expired",
  closed: "A code is good for ten minutes. Make a new one in the dashboard and point the camera at it.",
  looking: "Looking up the code…",
  intro: "It takes about half a minute. Your browser asks for camera and microphone: nobody sees or hears you, and nothing is recorded.",
  start: "Start the check",
  again: "Check again",
  running: "Checking…",
  done: "Done",
  legs: {
    websocket: "Reaches the call server",
    webrtc: "Picture and sound connect",
    turn: "The relay works",
    audio: "Microphone is heard",
    video: "Camera is seen",
    reconnect: "Comes back after a break",
  },
  state: { waiting: "waiting", running: "checking…", ok: "works", failed: "does not work", skipped: "not tried" },
  skippedTurn: "no relay is set up",
  grade: {
    lan: "Video reaches this phone straight: it is on the same network",
    turn: "Video reaches this phone, by your TURN service",
    none: "Only the call server answers: picture and sound do not get through",
    nothing: "The call server does not answer this phone",
  },
  next: {
    lan: "Next step: turn Wi-Fi off on this phone and check again. For clients on mobile data set up the media relay (README, “What reaches whom”).",
    turn: "Nothing more to do: this works on mobile data, too.",
    none: "Next step: on the same Wi-Fi, set HOST_IP in .env to the computer's address and let 7881/tcp and 7882/udp through its firewall. For mobile data set up the media relay.",
    nothing: "Next step: “docker compose exec sidecar sidelink doctor” on the stack's computer says what is wrong.",
  },
  devices: "Camera or microphone were not allowed or not found on this phone: the way itself is judged without them.",
  took: (rtt: number) => `Round trip ${rtt} ms`,
};

export type PhoneWords = typeof en;
export type LegName = keyof PhoneWords["legs"];

const ptBR: PhoneWords = {
  title: "Teste com o celular",
  tagline: "O vídeo chega a este celular?",
  none: "Esta página precisa de um código da stack",
  noneDetail: "No computador da stack, abra o painel (“docker compose exec sidecar sidelink dashboard” mostra como entrar) e escolha “Testar com um celular”. O QR code abre esta página com o código, que vale dez minutos.",
  closedTitle: "Este teste expirou",
  closed: "Um código vale dez minutos. Gere outro no painel e aponte a câmera.",
  looking: "Conferindo o código…",
  intro: "Leva cerca de meio minuto. O navegador pede câmera e microfone: ninguém vê nem ouve você, e nada é gravado.",
  start: "Começar o teste",
  again: "Testar de novo",
  running: "Testando…",
  done: "Pronto",
  legs: {
    websocket: "Alcança o servidor de chamadas",
    webrtc: "Imagem e som conectam",
    turn: "O relay funciona",
    audio: "O microfone é ouvido",
    video: "A câmera é vista",
    reconnect: "Volta depois de uma queda",
  },
  state: { waiting: "na fila", running: "testando…", ok: "funciona", failed: "não funciona", skipped: "não testado" },
  skippedTurn: "nenhum relay configurado",
  grade: {
    lan: "O vídeo chega direto a este celular: ele está na mesma rede",
    turn: "O vídeo chega a este celular, pelo seu serviço TURN",
    none: "Só o servidor de chamadas responde: imagem e som não passam",
    nothing: "O servidor de chamadas não responde a este celular",
  },
  next: {
    lan: "Próximo passo: desligue o Wi-Fi deste celular e teste de novo. Para clientes em dados móveis, configure o relay de mídia (README, “What reaches whom”).",
    turn: "Nada mais a fazer: funciona também em dados móveis.",
    none: "Próximo passo: no mesmo Wi-Fi, defina HOST_IP no .env com o endereço do computador e libere 7881/tcp e 7882/udp no firewall dele. Para dados móveis, configure o relay de mídia.",
    nothing: "Próximo passo: “docker compose exec sidecar sidelink doctor”, no computador da stack, diz o que há de errado.",
  },
  devices: "Câmera ou microfone não foram permitidos ou encontrados neste celular: o caminho é avaliado sem eles.",
  took: (rtt) => `Ida e volta em ${rtt} ms`,
};

export const PHONE: In<PhoneWords> = { en, "pt-BR": ptBR };
