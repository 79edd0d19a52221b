const ENGLISH = {
  address: "Public address of this computer",
  noAddress: "Preparing the address…",
  noLink: "Open the link that you received.",
  join: "Join",
  leave: "Leave",
  name: "Your name",
  joining: "Connecting…",
  resuming: "The address has changed. Reconnecting… Video and sound continue.",
  ended: "The call has ended.",
  moved: "This call has a new address.",
  joinAnew: "Join again",
  you: "You",
  alone: "You are the only participant so far.",
  sound: "Turn the sound on",
  gone: "This address no longer works. Ask for a new link.",
  failed: "The call could not connect. Try again.",
};

const PORTUGUESE: typeof ENGLISH = {
  address: "Endereço público deste computador",
  noAddress: "Preparando o endereço…",
  noLink: "Abra o link que você recebeu.",
  join: "Entrar",
  leave: "Sair",
  name: "Seu nome",
  joining: "Conectando…",
  resuming: "O endereço mudou. Reconectando… O áudio e o vídeo continuam.",
  ended: "A chamada terminou.",
  moved: "Esta chamada tem um endereço novo.",
  joinAnew: "Entrar novamente",
  you: "Você",
  alone: "Ainda não há mais ninguém aqui.",
  sound: "Ligar o som",
  gone: "Este endereço não funciona mais. Peça um novo link.",
  failed: "Não foi possível conectar a chamada. Tente novamente.",
};

export const language = navigator.language.startsWith("pt") ? "pt" : "en";
export const words = language === "pt" ? PORTUGUESE : ENGLISH;

document.documentElement.lang = language === "pt" ? "pt-BR" : "en";
