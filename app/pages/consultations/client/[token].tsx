import type { GetServerSideProps } from "next";
import dynamic from "next/dynamic";
import { Shell } from "../../../components/Shell";
import { hasLanguage, languageOf, type Language } from "../../../lib/language";
import { CALL } from "../../../lib/words/call";

// LiveKit's client is large and does not run on a server.
const ConsultationCall = dynamic(() => import("../../../components/call/ConsultationCall"), { ssr: false });

interface ClientProps {
  readonly language: Language;
  readonly token: string;
  /** False for a chat's preview without a language, which then gets both. */
  readonly languageKnown: boolean;
}

export const getServerSideProps: GetServerSideProps<ClientProps> = async ({ req, res, params }) => {
  res.setHeader("cache-control", "no-store");
  const { cookie, "accept-language": accept } = req.headers;
  return { props: { language: languageOf(cookie, accept), languageKnown: hasLanguage(cookie, accept), token: String(params?.token) } };
};

const { en, "pt-BR": pt } = CALL;
const TITLE = { en: en.titleClient, "pt-BR": pt.titleClient };
const PREVIEW = {
  en: { title: en.previewTitle, description: en.previewDescription },
  "pt-BR": { title: pt.previewTitle, description: pt.previewDescription },
};
const BOTH = { title: `${pt.previewTitle} · ${en.previewTitle}`, description: `${pt.previewDescription} · ${en.previewDescription}` };

export default function Client({ language, languageKnown, token }: ClientProps) {
  const preview = languageKnown ? PREVIEW : { en: BOTH, "pt-BR": BOTH };
  return (
    <Shell language={language} title={TITLE} preview={preview}>
      <ConsultationCall token={token} role="client" name="" client="" />
    </Shell>
  );
}
