export const LANGUAGES = ["en", "pt-BR"] as const;
export type Language = (typeof LANGUAGES)[number];

const COOKIE = "language";

/** Returns the visitor's choice, or else the first language of Accept-Language that this app has. */
export function languageOf(cookie: string | undefined, acceptLanguage: string | undefined): Language {
  return chosen(cookie) ?? preferred(acceptLanguage) ?? "en";
}

/** Whether a request names a language that this app has. */
export function hasLanguage(cookie: string | undefined, acceptLanguage: string | undefined): boolean {
  return (chosen(cookie) ?? preferred(acceptLanguage)) !== undefined;
}

export function rememberLanguage(language: Language): void {
  document.cookie = `${COOKIE}=${language}; path=/; max-age=31536000; samesite=lax`;
}

function chosen(cookie: string | undefined): Language | undefined {
  return LANGUAGES.find((language) => cookie?.split("; ").includes(`${COOKIE}=${language}`));
}

function preferred(acceptLanguage = ""): Language | undefined {
  return acceptLanguage
    .split(",")
    .map((entry) => {
      const [tag = "", ...parameters] = entry.trim().toLowerCase().split(/\s*;\s*/);
      const weight = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
      return { tag, weight };
    })
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }): Language | undefined =>
      /^pt\b/.test(tag) ? "pt-BR" : /^en\b/.test(tag) ? "en" : undefined,
    )
    .find((language) => language !== undefined);
}
