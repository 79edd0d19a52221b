const ENGLISH = {
  address: "The link of this computer",
  noAddress: "Preparing…",
  noLink: "Open the link that you received.",
  join: "Join",
  leave: "Leave",
  name: "Your name",
  joining: "Connecting…",
  resuming: "The address has changed. Reconnecting; you still see and hear each other.",
  ended: "The call has ended.",
  moved: "This call has a new address.",
  joinAgain: "Join again",
  you: "You",
  alone: "You are the only participant.",
  sound: "Turn the sound on",
  gone: "This address no longer works. Ask for a new link.",
  failed: "The call could not be connected. Try again.",
};

const PORTUGUESE: typeof ENGLISH = {
  address: "O link deste computador",
  noAddress: "Preparando…",
  noLink: "Abra o link que você recebeu.",
  join: "Entrar",
  leave: "Sair",
  name: "Seu nome",
  joining: "Conectando…",
  resuming: "O endereço mudou. Reconectando; vocês continuam se vendo e ouvindo.",
  ended: "A chamada terminou.",
  moved: "Esta chamada tem um novo endereço.",
  joinAgain: "Entrar novamente",
  you: "Você",
  alone: "Você é o único participante.",
  sound: "Ligar o som",
  gone: "Este endereço não funciona mais. Peça um novo link.",
  failed: "Não foi possível conectar a chamada. Tente novamente.",
};

export const language = navigator.language.startsWith("pt") ? "pt" : "en";
export const words = language === "pt" ? PORTUGUESE : ENGLISH;

document.documentElement.lang = language === "pt" ? "pt-BR" : "en";
