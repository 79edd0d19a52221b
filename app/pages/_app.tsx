import type { AppProps } from "next/app";
import "../styles/base.css";
import "../styles/link.css";
import "../styles/call.css";
import "../styles/consultations.css";
import "../styles/phone.css";
import "../styles/lobby.css";
import "../styles/stage.css";

export default function App({ Component, pageProps }: AppProps) {
  return <Component {...pageProps} />;
}
