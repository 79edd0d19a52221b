import type { GetServerSideProps } from "next";
import Head from "next/head";
import { useEffect, useState } from "react";
import { CallCard } from "../components/CallCard";
import { ConnectionBanner } from "../components/ConnectionBanner";
import { LanguageSwitch } from "../components/LanguageSwitch";
import { LinkCard } from "../components/LinkCard";
import { Mark } from "../components/icons";
import { useCall } from "../lib/call/use-call";
import { languageOf, rememberLanguage, type Language } from "../lib/language";
import { LanguageProvider, MESSAGES } from "../lib/messages";
import { useRuntimeConfig } from "@sidelink/client/react";

interface HomeProps {
  readonly language: Language;
}

export const getServerSideProps: GetServerSideProps<HomeProps> = async ({ req, res }) => {
  res.setHeader("cache-control", "no-store");
  return { props: { language: languageOf(req.headers.cookie, req.headers["accept-language"]) } };
};

export default function Home({ language: initial }: HomeProps) {
  const [language, setLanguage] = useState(initial);
  const { config, state, connection } = useRuntimeConfig();
  const call = useCall();
  const messages = MESSAGES[language];
  const inCall = call.phase === "joined" || call.phase === "reconnecting";

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const choose = (chosen: Language) => {
    rememberLanguage(chosen);
    setLanguage(chosen);
  };
  return (
    <LanguageProvider value={language}>
      <Head>
        <title>{messages.title}</title>
        <meta name="description" content={messages.tagline} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
      </Head>
      <div className="page">
        <header className="top">
          <Mark />
          <div>
            <h1>{messages.title}</h1>
            <p className="quiet">{messages.tagline}</p>
          </div>
          <LanguageSwitch onChoose={choose} />
        </header>
        <nav className="nav" aria-label={messages.pages}>
          <a className="nav-link" href="/" aria-current="page">
            {messages.link}
          </a>
          <a className="nav-link" href="/consultations" data-testid="to-consultations">
            {messages.consultations}
          </a>
        </nav>
        <ConnectionBanner connection={connection} />
        <main className="columns" data-in-call={inCall}>
          <LinkCard config={config} state={state} connection={connection} />
          <CallCard call={call} livekitUrl={config?.livekitUrl ?? null} replaced={connection.kind === "replaced"} />
        </main>
      </div>
    </LanguageProvider>
  );
}
