import type { NextPageContext } from "next";
import Head from "next/head";
import { languageOf, type Language } from "../lib/language";
import { MESSAGES } from "../lib/messages";

interface ErrorPageProps {
  readonly status: number;
  readonly language: Language;
}

export default function ErrorPage({ status, language }: ErrorPageProps) {
  const messages = MESSAGES[language];
  const text = status === 404 ? messages.notFound : messages.broken;
  return (
    <main className="page error-page">
      <Head>
        <title>{text}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
      </Head>
      <h1>{text}</h1>
      <a className="button primary" href="/">
        {messages.home}
      </a>
    </main>
  );
}

ErrorPage.getInitialProps = ({ req, res, err }: NextPageContext): ErrorPageProps => ({
  status: res?.statusCode ?? err?.statusCode ?? 500,
  language: req
    ? languageOf(req.headers.cookie, req.headers["accept-language"])
    : languageOf(document.cookie, navigator.language),
});
