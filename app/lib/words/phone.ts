import type { In } from "./in";

const en = {
  title: "Phone check",
  tagline: "Does video reach this phone?",
  none: "This page needs a code from the dashboard",
  noneDetail: "On the computer that runs the system, open the dashboard (“docker compose exec sidecar sidelink dashboard” prints its link) and choose “Check on a phone”. Its QR code opens this page with the code, which is valid for ten minutes.",
  closedTitle: "This check has expired",
  closed: "A code is valid for ten minutes. Create a new one in the dashboard and point the camera at it.",
  looking: "Checking the code…",
  intro: "The check takes about half a minute. Your browser asks for camera and microphone. No other person sees or hears you, and nothing is recorded.",
  start: "Start the check",
  again: "Check again",
  running: "Checking…",
  done: "Done",
  legs: {
    websocket: "Access to the call server",
    webrtc: "Audio and video connection",
    turn: "The relay works",
    tunnel: "Audio and video through the tunnel",
    audio: "The microphone works",
    video: "The camera works",
    reconnect: "Reconnects after a drop",
  },
  state: { waiting: "waiting", running: "checking…", ok: "works", failed: "does not work", skipped: "not checked" },
  skippedTurn: "no relay is set up",
  grade: {
    lan: "Video reaches this phone directly, because it is on the same network",
    direct: "Video reaches this phone directly, over the internet",
    turn: "Video reaches this phone through your TURN service",
    tunnel: "Video reaches this phone through the tunnel",
    none: "Only the call server answers. Audio and video do not get through",
    nothing: "The call server does not answer this phone",
  },
  next: {
    lan: "Next step: turn Wi-Fi off on this phone and check again. On mobile data, the call usually goes through the tunnel.",
    direct: "No further steps: this also works on mobile data. Where the network of a phone does not allow it, the call goes through the tunnel.",
    turn: "No further steps: this also works on mobile data.",
    tunnel: "Calls work. The picture may lag, and the tunnel's operator could see it. For a better path on the same Wi-Fi, set HOST_IP in .env to the computer's address and allow 7881/tcp and 7882/udp in its firewall (README, “Network reachability”).",
    none: "Next step: on the same Wi-Fi, set HOST_IP in .env to the computer's address and allow 7881/tcp and 7882/udp in its firewall (README, “Network reachability”). On mobile data, “docker compose exec sidecar sidelink doctor” on the computer shows why the tunnel does not carry the call.",
    nothing: "Next step: “docker compose exec sidecar sidelink doctor” on the computer that runs the system shows what is wrong.",
  },
  devices: "Camera or microphone were blocked or not found on this phone. The result does not depend on them.",
  took: (rtt: number) => `Latency: ${rtt} ms`,
};

export type PhoneWords = typeof en;
export type LegName = keyof PhoneWords["legs"];

const ptBR: PhoneWords = {
  title: "Teste com o celular",
  tagline: "O vídeo chega a este celular?",
  none: "Esta página precisa de um código do painel",
  noneDetail: "No computador em que o sistema roda, abra o painel (“docker compose exec sidecar sidelink dashboard” mostra o link) e escolha “Testar em um celular”. O QR code abre esta página com o código, que é válido por dez minutos.",
  closedTitle: "Este teste expirou",
  closed: "Cada código é válido por dez minutos. Gere outro no painel e aponte a câmera.",
  looking: "Verificando o código…",
  intro: "O teste leva cerca de meio minuto. O navegador pede câmera e microfone. Ninguém vê nem ouve você, e nada é gravado.",
  start: "Começar o teste",
  again: "Testar novamente",
  running: "Testando…",
  done: "Pronto",
  legs: {
    websocket: "Acesso ao servidor de chamadas",
    webrtc: "Conexão de áudio e vídeo",
    turn: "O relay funciona",
    tunnel: "Áudio e vídeo pelo túnel",
    audio: "O microfone funciona",
    video: "A câmera funciona",
    reconnect: "Reconecta após uma queda",
  },
  state: { waiting: "aguardando", running: "testando…", ok: "funciona", failed: "não funciona", skipped: "não testado" },
  skippedTurn: "nenhum relay configurado",
  grade: {
    lan: "O vídeo chega diretamente a este celular, que está na mesma rede",
    direct: "O vídeo chega diretamente a este celular, pela internet",
    turn: "O vídeo chega a este celular, pelo seu serviço TURN",
    tunnel: "O vídeo chega a este celular pelo túnel",
    none: "Só o servidor de chamadas responde. Áudio e vídeo não passam",
    nothing: "O servidor de chamadas não responde a este celular",
  },
  next: {
    lan: "Próximo passo: desligue o Wi-Fi deste celular e teste novamente. Em dados móveis, a chamada costuma passar pelo túnel.",
    direct: "Não é preciso fazer mais nada: também funciona em dados móveis. Se a rede de algum celular não permitir, a chamada passa pelo túnel.",
    turn: "Não é preciso fazer mais nada: também funciona em dados móveis.",
    tunnel: "As chamadas funcionam. A imagem pode atrasar, e a empresa que opera o túnel poderia vê-la. Para um caminho melhor no mesmo Wi-Fi, defina HOST_IP no .env com o endereço do computador e libere 7881/tcp e 7882/udp no firewall dele (README, “Network reachability”).",
    none: "Próximo passo: no mesmo Wi-Fi, defina HOST_IP no .env com o endereço do computador e libere 7881/tcp e 7882/udp no firewall dele (README, “Network reachability”). Em dados móveis, “docker compose exec sidecar sidelink doctor”, no computador, mostra por que o túnel não transmite a chamada.",
    nothing: "Próximo passo: “docker compose exec sidecar sidelink doctor”, no computador em que o sistema roda, mostra o que há de errado.",
  },
  devices: "A câmera ou o microfone foram bloqueados ou não encontrados neste celular. O resultado não depende deles.",
  took: (rtt) => `Latência: ${rtt} ms`,
};

export const PHONE: In<PhoneWords> = { en, "pt-BR": ptBR };
