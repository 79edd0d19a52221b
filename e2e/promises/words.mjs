// Phrases that the style guide replaces, in every text file that git keeps: comments, prose, messages and names.
//
//   node e2e/promises/words.mjs              counts for each file, most first
//   node e2e/promises/words.mjs gateway      every place under a path, with the words to write instead
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repository, run } from '../support/process.mjs';

/** `[phrase, what to write instead]`. Names are split into words first: `isProven` and `IS_PROVEN` are `is proven`. */
const ENGLISH = [
  [/\b(?:whoever|nobody|somebody|everybody|anybody)\b/i, 'user, operator, visitor, client, caller, process'],
  [/\btold\b/i, 'report, log, show, notify, return'],
  [/\btells?\b/i, 'report, log, show, notify, return'],
  [/\bsays that\b/i, 'report, log, show, return'],
  [/\bin words\b/i, 'message, text'],
  [/\bby (?:itself|themselves)\b/i, 'automatically'],
  [/\bof (?:its|their|your|one's) own\b/i, 'dedicated, separate'],
  [/\bever (?:slower|later|less|fewer|rarer|more rarely|longer)\b/i, 'with exponential backoff'],
  [/\bcounts? no more\b/i, 'expires'],
  [/\b(?<!\bthere )is no (?!longer\b|more than\b|less than\b)/i, 'is not a'],
  [/\bwish(?:es|ed)?\b/i, 'request'],
  [/\bdoors?\b/i, 'endpoint'],
  [/\b(?:un)?(?:proof|prove[ns]?|provers?|proved|proving|proofs)\b/i, 'verification, verify, verified'],
  [/\b(?:was|were|been) seen\b/i, 'observed, measured, verified'],
  [/\basleep\b/i, 'suspended'],
  [/\bstack's marker\b/i, 'instance header'],
];

/** In every file: words that only Portuguese has. */
const PORTUGUESE = [
  [/(?<!\p{L})comprov\p{L}*/iu, 'verificar, verificado'],
  [/(?<!\p{L})sozinh[oa]s?(?!\p{L})/iu, 'automaticamente'],
  [/\bcom defeito\b/i, 'com falha'],
  [/\bna fila\b/i, 'aguardando'],
];

/** In Portuguese files, and where the line itself is Portuguese. */
const IN_PORTUGUESE = [
  [/(?<!\p{L})(?:[aà]|da|na|desta|nesta) stack\b/iu, 'o sistema'],
  [/\bde fora(?!\p{L})/iu, 'pela internet'],
];

/** Names of routes, fields, labels and settings that have a new one. They are searched as written. */
export const NAMES = [
  [/\bwaitsLocallyFor\b/, 'blockedBy'],
  [/\bmustResend\b/, 'staleAddress'],
  [/\bproofAge\b/, 'verificationAge'],
  [/\bgave_?[Uu]p\b/, 'exhausted, restarts_exhausted'],
  [/\bproof_expired\b/, 'verification_expired'],
  [/\bsidelink\.heal\b/, 'sidelink.autoheal'],
  [/\bsidelink\.order\b/, 'sidelink.tunnel-priority'],
  [/\bSIDELINK_(?:DOH|IDLE|MODE)\b/, 'SIDELINK_DOH_RESOLVERS, SIDELINK_IDLE_TIMEOUT, SIDELINK_TUNNEL_MODE'],
  [/\bPOST \/proof\b/, 'POST /verify'],
  [/\bPOST \/link\b/, 'POST /tunnel/wake'],
];

/** Uses that stay. Each is removed from the line before the search. */
const ALLOWED = [
  /\b(?:future|fool|water|bullet)-?proof\b/gi,
  /\bproof (?:of possession|key)\b/gi, // OAuth's terms
  /\bnobody@localhost\b/g, // a mail address
  /`nobody`/g, // a system's user
  /\bnobody:nogroup\b/g, // a system user
  /trust whoever sent the link to you/g, // ngrok's warning page
  /everybody knows this, no secret!/g, // a secret of the test network
];

/** Texts of others, tokens, and this list. */
const UNREAD = [
  /(^|\/)(package-lock\.json|Cargo\.lock|go\.(sum|mod)|LICENSE|NOTICE)$/,
  /\.(png|jpe?g|webp|gif|ico|woff2?|mp3|mp4|gz|wasm|pdf|sql)$/,
  /^stand-ins\/(cloudflared\/named_token|ngrok\/authtoken)$/,
  /^e2e\/promises\/(words\.mjs|plain-words\.test\.mjs)$/,
  /^docs\/faults\.md$/, // quotes what the stack showed on the day of the measurement
];
const PORTUGUESE_FILE = /(^|[/._-])pt([_-]BR)?[._/]|portugu/i;
const PORTUGUESE_LINE = /[ãõç]|\b(?:não|está|você|para|uma?|pelo|pela)\b/i;

/** What precedes the prose of a line: indentation, and the sign of a comment, a quote or a list. */
const LEADER = /^\s*(?:\/\/[\/!]?|#+|\*|>|<!--)?\s*/;

/** `isProven`, `is_proven` and `IS_PROVEN` as `is proven`. */
const split = (line) => line.replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2').replace(/_+/g, ' ');

/** A changelog is history: only its newest section is read. */
const newest = (text) => text.split(/^(?=## )/m).slice(0, 2).join('');

/** `[{ line, phrase, write }]` of one file. Line 0 is its path. */
export function wordsIn(name, text) {
  const found = [];
  const isPortugueseFile = PORTUGUESE_FILE.test(name);
  const read = /(^|\/)CHANGELOG\.md$/.test(name) ? newest(text) : text;
  const lines = [name.replaceAll('-', ' '), ...read.split('\n')];
  const plain = lines.map((line) => split(ALLOWED.reduce((left, use) => left.replace(use, ''), line)));
  const add = (at, searched, phrases, end = searched.length) => {
    for (const [phrase, write] of phrases) {
      for (const { 0: match, index } of searched.matchAll(new RegExp(phrase, `${phrase.flags}g`))) {
        if (index < end && (end === searched.length || index + match.length > end)) found.push({ line: at, phrase: match, write });
      }
    }
  };
  for (const [at, words] of plain.entries()) {
    const phrases = [...ENGLISH, ...PORTUGUESE, ...(isPortugueseFile || PORTUGUESE_LINE.test(words) ? IN_PORTUGUESE : [])];
    add(at, words, phrases);
    add(at, lines[at], NAMES);
    const next = at > 0 && plain[at + 1]?.replace(LEADER, '');
    if (words && next) add(at, `${words} ${next}`, phrases, words.length); // a phrase over the end of the line
  }
  return found;
}

/** Every text file that git keeps, with what was found: `[{ name, found }]`. */
export async function search() {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const names = stdout.split('\0').filter((name) => name && !UNREAD.some((file) => file.test(name)));
  return Promise.all(names.map(async (name) => {
    const text = await readFile(join(repository, name), 'utf8').catch(() => ''); // removed, not committed yet
    return { name, found: text.includes('\0') ? [] : wordsIn(name, text) };
  }));
}

export const places = (files) => files.flatMap(({ name, found }) => found.map(({ line, phrase, write }) => `${name}:${line}: "${phrase}": write ${write}`));

async function main(paths) {
  const files = (await search()).filter(({ name, found }) => found.length > 0 && (paths.length === 0 || paths.some((path) => name.startsWith(path))));
  if (paths.length > 0) return console.log(places(files).join('\n'));
  for (const { name, found } of files.sort((a, b) => b.found.length - a.found.length)) console.log(`${String(found.length).padStart(5)}  ${name}`);
  console.log(`${String(files.reduce((sum, { found }) => sum + found.length, 0)).padStart(5)}  in ${files.length} files`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
