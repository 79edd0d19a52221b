import type { GetServerSideProps } from "next";
import dynamic from "next/dynamic";
import { Shell } from "../components/Shell";
import { languageOf, type Language } from "../lib/language";
import { PHONE } from "../lib/words/phone";

const PhoneCheck = dynamic(() => import("../components/phone/PhoneCheck"), { ssr: false });

interface PhoneProps {
  readonly language: Language;
}

export const getServerSideProps: GetServerSideProps<PhoneProps> = async ({ req, res }) => {
  res.setHeader("cache-control", "no-store");
  return { props: { language: languageOf(req.headers.cookie, req.headers["accept-language"]) } };
};

const TITLE = { en: PHONE.en.title, "pt-BR": PHONE["pt-BR"].title };
const TAGLINE = { en: PHONE.en.tagline, "pt-BR": PHONE["pt-BR"].tagline };

export default function Phone({ language }: PhoneProps) {
  return (
    <Shell language={language} title={TITLE} tagline={TAGLINE}>
      <main className="narrow">
        <PhoneCheck />
      </main>
    </Shell>
  );
}
