// Which of the two languages the page speaks, and times in it.
import { WORDS } from './words.js';

const KEY = 'sidelink.language';

/** The words of the language that is spoken now. */
export let t = WORDS.en;

/** `en` or `pt`: the choice if there was one, else the first of the browser's languages that this page speaks. */
export function preferred() {
  const chosen = remembered();
  if (chosen) return chosen;
  const known = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => WORDS[tag]);
  return known ?? 'en';
}

/** Speaks it from now on: all that stands in the page without data changes at once. */
export function speak(language) {
  t = WORDS[language];
  document.documentElement.lang = t.tag;
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = t[node.dataset.word];
  for (const node of document.querySelectorAll('[data-word-label]')) node.setAttribute('aria-label', t[node.dataset.wordLabel]);
  for (const node of document.querySelectorAll('[data-language]')) {
    node.setAttribute('aria-pressed', String(node.dataset.language === language));
  }
}

/** For the next visit; where storage is forbidden the choice lasts as long as the page. */
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

/** What the sidecar says: `key` or its Portuguese twin `key_pt`. */
export function told(thing, key = 'message') {
  return (t.tag === 'pt-BR' && thing[`${key}_pt`]) || thing[key] || '';
}

/** The sidecar's sentences begin as in a log. What begins with a name, as `livekit:` or a file's, is left alone. */
export const capital = (words) => (/^\p{Ll}+[\s,]/u.test(words) ? words[0].toUpperCase() + words.slice(1) : words);

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

/** `14:03:22`, with the day before it where that is not today. */
export function clockTime(at) {
  const date = new Date(at);
  const time = new Intl.DateTimeFormat(t.tag, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(date);
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${new Intl.DateTimeFormat(t.tag, { day: 'numeric', month: 'short' }).format(date)}, ${time}`;
}
