import type { Language } from "../language";
import { useLanguage } from "../messages";

/** The same texts in every language of the app. */
export type In<Words> = Readonly<Record<Language, Words>>;

export function useWords<Words>(words: In<Words>): Words {
  return words[useLanguage()];
}

/** Returns the message of a response that has it in both languages. */
export function messageIn(language: Language, { message, messagePt }: { readonly message: string; readonly messagePt: string }): string {
  return language === "pt-BR" ? messagePt : message;
}

/** Returns "3 min ago" in the reader's language. */
export function agoText(at: string, now: number, language: Language): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  if (seconds < 45) return language === "pt-BR" ? "agora há pouco" : "just now";
  const [unit, length] = UNITS.find(([, end]) => seconds < end * 1.5 * 60) ?? ["day", 86_400];
  const format = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });
  return format.format(-Math.max(1, Math.round(seconds / length)), unit);
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["minute", 60],
  ["hour", 3_600],
];

/** Returns "21 Nov, 14:05" in the visitor's time zone, so only the browser may call it. */
export function momentText(at: string, language: Language): string {
  const format = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return format.format(new Date(at));
}
