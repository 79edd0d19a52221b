import type { GetServerSideProps } from "next";
import { CallCard } from "../components/CallCard";
import { ConnectionBanner } from "../components/ConnectionBanner";
import { LinkCard } from "../components/LinkCard";
import { Shell } from "../components/Shell";
import { useCall } from "../lib/call/use-call";
import { languageOf, type Language } from "../lib/language";
import { MESSAGES, useMessages } from "../lib/messages";
import { useRuntimeConfig } from "@sidelink/client/react";

interface HomeProps {
  readonly language: Language;
}

export const getServerSideProps: GetServerSideProps<HomeProps> = async ({ req, res }) => {
  res.setHeader("cache-control", "no-store");
  return { props: { language: languageOf(req.headers.cookie, req.headers["accept-language"]) } };
};

const { en, "pt-BR": pt } = MESSAGES;
const TITLE = { en: en.title, "pt-BR": pt.title };
const TAGLINE = { en: en.tagline, "pt-BR": pt.tagline };
const PREVIEW = {
  en: { title: en.title, description: en.tagline },
  "pt-BR": { title: pt.title, description: pt.tagline },
};

export default function Home({ language }: HomeProps) {
  return (
    <Shell language={language} title={TITLE} tagline={TAGLINE} preview={PREVIEW} nav={<Pages />}>
      <OpenRoom />
    </Shell>
  );
}

function Pages() {
  const messages = useMessages();
  return (
    <nav className="nav" aria-label={messages.pages}>
      <a className="nav-link" href="/" aria-current="page">
        {messages.link}
      </a>
      <a className="nav-link" href="/consultations" data-testid="to-consultations">
        {messages.consultations}
      </a>
    </nav>
  );
}

/** The current public URL, and a call that every visitor of it may join. */
function OpenRoom() {
  const { config, state, connection } = useRuntimeConfig();
  const call = useCall();
  const inCall = call.phase === "joined" || call.phase === "reconnecting";
  return (
    <>
      <ConnectionBanner connection={connection} />
      <main className="columns" data-in-call={inCall}>
        <LinkCard config={config} state={state} connection={connection} />
        <CallCard call={call} livekitUrl={config?.livekitUrl ?? null} replaced={connection.kind === "replaced"} />
      </main>
    </>
  );
}
