import Document, { Head, Html, Main, NextScript } from "next/document";

export default class SidelinkDocument extends Document {
  override render() {
    const language = this.props.__NEXT_DATA__.props.pageProps?.language ?? "en";
    return (
      <Html lang={language}>
        <Head>
          <link rel="icon" href="/icon.svg" type="image/svg+xml" />
          <meta name="color-scheme" content="light dark" />
        </Head>
        <body>
          <Main />
          <NextScript />
        </body>
      </Html>
    );
  }
}
