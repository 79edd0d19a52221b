// The language of the page, and times and numbers in it.
import { CONNECTION_WORDS } from './connection-words.js';
import { WORDS as PAGE_WORDS } from './words.js';

const KEY = 'sidelink.language';

const WORDS = Object.fromEntries(Object.entries(PAGE_WORDS).map(([language, words]) => [language, { ...words, ...CONNECTION_WORDS[language] }]));

/** The texts of the current language. */
export let t = WORDS.en;
let decimal;

/** Returns `en` or `pt`: the user's choice, or else the first of the browser's languages that this page has. */
export function preferred() {
  const chosen = remembered();
  if (chosen) return chosen;
  const known = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => WORDS[tag]);
  return known ?? 'en';
}

/** Switches the language and updates all texts that do not depend on data. */
export function setLanguage(language) {
  t = WORDS[language];
  decimal = new Intl.NumberFormat(t.tag, { maximumFractionDigits: 1 });
  document.documentElement.lang = t.tag;
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = t[node.dataset.word];
  for (const node of document.querySelectorAll('[data-word-label]')) node.setAttribute('aria-label', t[node.dataset.wordLabel]);
  for (const node of document.querySelectorAll('[data-language]')) {
    node.setAttribute('aria-pressed', String(node.dataset.language === language));
  }
}

/** Stores the choice for the next visit. Where the browser forbids storage, it lasts until the page closes. */
export function remember(language) {
  try {
    localStorage.setItem(KEY, language);
  } catch { /* forbidden */ }
}

function remembered() {
  try {
    const chosen = localStorage.getItem(KEY);
    return chosen && Object.hasOwn(WORDS, chosen) ? chosen : null;
  } catch {
    return null;
  }
}

/** Returns the sidecar's text `key` in the current language; the document has the Portuguese one as `keyPt`. */
export function messageOf(thing, key = 'message') {
  return (t.tag === 'pt-BR' && thing[`${key}Pt`]) || thing[key] || '';
}

/**
 * Capitalizes a sentence of the sidecar, which begins in lower case. Leaves one that begins with a
 * name, as `livekit:`.
 */
export const capital = (words) => (/^\p{Ll}+[\s,]/u.test(words) ? words[0].toUpperCase() + words.slice(1) : words);

/** `1,234.5`, with the signs of the language. */
export const number = (value) => decimal.format(value);

/** `12 s`, `3 min 5 s`, `2 h 10 min`, `4 days`. */
export function span(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const { s, min, h, day } = t.span;
  if (seconds < 60) return `${seconds} ${s}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 ? `${minutes} ${min} ${seconds % 60} ${s}` : `${minutes} ${min}`;
  if (minutes < 60) return `${minutes} ${min}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} ${h} ${minutes % 60} ${min}` : `${hours} ${h}`;
  return day(Math.floor(hours / 24));
}

/** `14:03:22`, preceded by the day where that is not today. */
export function clockTime(at) {
  const date = new Date(at);
  const time = new Intl.DateTimeFormat(t.tag, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(date);
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${new Intl.DateTimeFormat(t.tag, { day: 'numeric', month: 'short' }).format(date)}, ${time}`;
}
