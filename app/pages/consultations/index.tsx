import type { GetServerSideProps } from "next";
import { Generate } from "../../components/consultations/Generate";
import { LinkList } from "../../components/consultations/LinkList";
import { Nav } from "../../components/consultations/Nav";
import { Shell } from "../../components/Shell";
import { useLinks } from "../../lib/consultation/use-links";
import { languageOf, type Language } from "../../lib/language";
import { isSignedIn } from "../../lib/session/guard";
import { CONSULTATIONS } from "../../lib/words/consultations";

interface ConsultationsProps {
  readonly language: Language;
}

export const getServerSideProps: GetServerSideProps<ConsultationsProps> = async ({ req, res }) => {
  res.setHeader("cache-control", "no-store");
  const signedIn = await isSignedIn(req).catch(() => false);
  if (!signedIn) return { redirect: { destination: "/signin", permanent: false } };
  return { props: { language: languageOf(req.headers.cookie, req.headers["accept-language"]) } };
};

const TITLE = { en: CONSULTATIONS.en.title, "pt-BR": CONSULTATIONS["pt-BR"].title };
const TAGLINE = { en: CONSULTATIONS.en.tagline, "pt-BR": CONSULTATIONS["pt-BR"].tagline };

export default function Consultations({ language }: ConsultationsProps) {
  const links = useLinks();
  return (
    <Shell language={language} title={TITLE} tagline={TAGLINE} nav={<Nav />}>
      <main className="columns">
        <Generate />
        <LinkList links={links} />
      </main>
    </Shell>
  );
}
