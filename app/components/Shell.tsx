import Head from "next/head";
import { useEffect, useState, type ReactNode } from "react";
import { rememberLanguage, type Language } from "../lib/language";
import { LanguageProvider } from "../lib/messages";
import type { In } from "../lib/words/in";
import { InsecureNotice } from "./InsecureNotice";
import { LanguageSwitch } from "./LanguageSwitch";
import { Mark } from "./icons";

interface ShellProps {
  readonly language: Language;
  readonly title: In<string>;
  readonly tagline?: In<string>;
  /** The preview of this page in a chat; never contains the link's token. */
  readonly preview?: In<{ readonly title: string; readonly description: string }>;
  readonly nav?: ReactNode;
  readonly children: ReactNode;
}

/** The head and the header of a page. Search engines must not index any page. */
export function Shell({ language: initial, title, tagline, preview, nav, children }: ShellProps) {
  const [language, setLanguage] = useState(initial);
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
        <title>{title[language]}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="robots" content="noindex, nofollow" />
        {preview ? <meta key="description" name="description" content={preview[language].description} /> : null}
        {preview ? <meta key="og:type" property="og:type" content="website" /> : null}
        {preview ? <meta key="og:title" property="og:title" content={preview[language].title} /> : null}
        {preview ? <meta key="og:description" property="og:description" content={preview[language].description} /> : null}
        {preview ? <meta key="og:locale" property="og:locale" content={language.replace("-", "_")} /> : null}
      </Head>
      <div className="page">
        <header className="top">
          <Mark />
          <div>
            <h1>{title[language]}</h1>
            {tagline ? <p className="quiet">{tagline[language]}</p> : null}
          </div>
          <LanguageSwitch onChoose={choose} />
        </header>
        <InsecureNotice />
        {nav}
        {children}
      </div>
    </LanguageProvider>
  );
}
