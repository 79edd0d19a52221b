import { getLink } from "@sidelink/client/server";
import type { GetServerSideProps } from "next";
import dynamic from "next/dynamic";
import { Nav } from "../../../components/consultations/Nav";
import { Shell } from "../../../components/Shell";
import { languageOf, type Language } from "../../../lib/language";
import { isSignedIn } from "../../../lib/session/guard";
import { CALL } from "../../../lib/words/call";

const ConsultationCall = dynamic(() => import("../../../components/call/ConsultationCall"), { ssr: false });

/** After this time the page opens without the names, so that the professional does not wait. */
const LOOKUP_TIMEOUT_MS = 3_000;

interface ProfessionalProps {
  readonly language: Language;
  readonly token: string;
  readonly professional: string;
  readonly client: string;
}

export const getServerSideProps: GetServerSideProps<ProfessionalProps> = async ({ req, res, params }) => {
  res.setHeader("cache-control", "no-store");
  const token = String(params?.token);
  const next = encodeURIComponent(`/consultations/professional/${token}`);
  if (!(await isSignedIn(req).catch(() => false))) return { redirect: { destination: `/signin?next=${next}`, permanent: false } };
  const link = await getLink(token, { signal: AbortSignal.timeout(LOOKUP_TIMEOUT_MS) }).catch(() => null);
  return {
    props: {
      language: languageOf(req.headers.cookie, req.headers["accept-language"]),
      token,
      professional: link?.professionalId ?? "",
      client: link?.clientId ?? "",
    },
  };
};

const TITLE = { en: CALL.en.titleProfessional, "pt-BR": CALL["pt-BR"].titleProfessional };

export default function Professional({ language, token, professional, client }: ProfessionalProps) {
  const tagline = client === "" ? undefined : { en: CALL.en.with(client), "pt-BR": CALL["pt-BR"].with(client) };
  return (
    <Shell language={language} title={TITLE} tagline={tagline} nav={<Nav />}>
      <ConsultationCall token={token} role="professional" name={professional.slice(0, 64)} client={client} />
    </Shell>
  );
}
