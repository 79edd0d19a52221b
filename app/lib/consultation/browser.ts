/** An app that shows pages in an embedded browser, where camera and microphone are often missing. */
export interface InApp {
  /** Name of the app; null for an unknown one. */
  readonly app: string | null;
  readonly system: "android" | "ios" | "other";
}

const APPS: readonly (readonly [RegExp, string])[] = [
  [/\bInstagram\b/i, "Instagram"],
  [/\bFB(?:AN|AV|_IAB)\b|FBAN\/|FBAV\//i, "Facebook"],
  [/\bWhatsApp\b/i, "WhatsApp"],
  [/\bTelegram\b/i, "Telegram"],
  [/\bmusical_ly\b|\bBytedanceWebview\b|\bTikTok\b/i, "TikTok"],
  [/\bLinkedInApp\b/i, "LinkedIn"],
  [/\bTwitter(?:Android)?\b/i, "X"],
  [/\bSnapchat\b/i, "Snapchat"],
  [/\bPinterest\b/i, "Pinterest"],
  [/\bLine\//i, "LINE"],
];

/** Returns null for a standalone browser. */
export function inAppBrowser(userAgent: string): InApp | null {
  const system = /Android/i.test(userAgent) ? "android" : /iPhone|iPad|iPod/i.test(userAgent) ? "ios" : "other";
  const named = APPS.find(([pattern]) => pattern.test(userAgent));
  if (named) return { app: named[1], system };
  // Android's WebView names itself. Apple's omits the "Safari" that every browser there ends with.
  const isWebView = system === "android" ? /; wv\)/.test(userAgent) : system === "ios" && !/Safari\//.test(userAgent);
  return isWebView ? { app: null, system } : null;
}

/** Returns a link that opens an https page from an Android app in Chrome, or in any browser where Chrome is missing. */
export function intentLink(page: string): string {
  const { host, pathname, search, hash } = new URL(page);
  return `intent://${host}${pathname}${search}#Intent;scheme=https;package=com.android.chrome;S.browser_fallback_url=${encodeURIComponent(`https://${host}${pathname}${search}${hash}`)};end`;
}

/** Derives the device from the user agent, for reports and for the choice of text. */
export function deviceOf(userAgent: string, touchPoints: number): "phone" | "desktop" {
  if (/Mobi|Android|iPhone|iPod|iPad/i.test(userAgent)) return "phone";
  // An iPad identifies itself as a Mac, and no Mac has a touch screen.
  return /Macintosh/.test(userAgent) && touchPoints > 1 ? "phone" : "desktop";
}

export function isSafari(userAgent: string): boolean {
  return /Safari\//.test(userAgent) && !/Chrom(e|ium)\/|Android|Edg/.test(userAgent);
}
