const ENGLISH = {
  address: "The link of this computer",
  noAddress: "It is being prepared…",
  noLink: "Open the link that you were sent.",
  join: "Join",
  leave: "Leave",
  name: "Your name",
  joining: "Connecting…",
  resuming: "The address has changed: connecting again. You still see and hear each other.",
  ended: "The call has ended.",
  moved: "This call has a new address.",
  joinAnew: "Join again",
  you: "You",
  alone: "Nobody else is here yet.",
  sound: "Turn the sound on",
  gone: "This address leads nowhere any more. Ask for a new link.",
  failed: "The call could not be connected. Try again.",
};

const PORTUGUESE: typeof ENGLISH = {
  address: "O link deste computador",
  noAddress: "Está sendo preparado…",
  noLink: "Abra o link que você recebeu.",
  join: "Entrar",
  leave: "Sair",
  name: "Seu nome",
  joining: "Conectando…",
  resuming: "O endereço mudou: conectando de novo. Vocês continuam se vendo e ouvindo.",
  ended: "A chamada terminou.",
  moved: "Esta chamada tem um endereço novo.",
  joinAnew: "Entrar de novo",
  you: "Você",
  alone: "Ainda não há mais ninguém aqui.",
  sound: "Ligar o som",
  gone: "Este endereço não leva mais a lugar nenhum. Peça um novo link.",
  failed: "Não foi possível conectar a chamada. Tente de novo.",
};

export const language = navigator.language.startsWith("pt") ? "pt" : "en";
export const words = language === "pt" ? PORTUGUESE : ENGLISH;

document.documentElement.lang = language === "pt" ? "pt-BR" : "en";
