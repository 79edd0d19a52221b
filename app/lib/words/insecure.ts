import type { In } from "./in";

const en = {
  title: "No camera or microphone at this address",
  text: "This page came over plain http. There the browser gives no camera, no microphone and no sound processing (AudioWorklet). The public link has all of them.",
  open: "Open the public link",
  waiting: "The public link appears here as soon as it is verified.",
};

const ptBR: typeof en = {
  title: "Sem câmera nem microfone neste endereço",
  text: "Esta página veio por http, sem criptografia. Assim o navegador não libera câmera, microfone nem processamento de som (AudioWorklet). Pelo link público tudo funciona.",
  open: "Abrir o link público",
  waiting: "O link público aparece aqui assim que for verificado.",
};

/** The texts of a page on plain http, such as one on the local network. */
export const INSECURE: In<typeof en> = { en, "pt-BR": ptBR };
