// Finds secrets in text by their shape. Small on purpose: known formats, and long random words
// after a name that indicates a secret.

/** Secrets with one known shape. */
const SHAPES = {
  'private key': /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40,}/g,
  'JSON web token': /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/g,
  "token of Cloudflare's tunnel": /\beyJhIjoi[A-Za-z0-9+/=_-]{60,}/g,
  "ngrok's authtoken": /\b[12][A-Za-z0-9]{26}_[A-Za-z0-9]{20,}\b/g,
  'AWS key': /\bAKIA[0-9A-Z]{16}\b/g,
  'GitHub token': /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})/g,
  'GitLab token': /\bglpat-[A-Za-z0-9_-]{20,}/g,
  'Slack token': /\bxox[abprs]-[A-Za-z0-9-]{20,}/g,
  'Google key': /\bAIza[0-9A-Za-z_-]{35}\b/g,
  'Stripe key': /\b[rs]k_live_[0-9a-zA-Z]{20,}/g,
  "LiveKit's key": /\bAPI[A-Za-z0-9]{12}\s*:\s*["']?[A-Za-z0-9]{32,}/g,
};

/** A name that indicates a secret, and a random word. */
const NAMED = /(?:secret|passw(?:or)?d|token|api[_-]?key|auth(?:token)?)["']?\s*[:=]\s*["'`]?([A-Za-z0-9+/_=-]{20,})/gi;
/**
 * Bits a character: random hex has about 3.7 in 32 characters, random base64 above 4; words and
 * names have less.
 */
const RANDOM = 3.5;
const DIGITS = 4;

function entropy(text) {
  const counts = new Map();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

const isRandom = (word) => entropy(word) >= RANDOM && (word.match(/[0-9]/g) ?? []).length >= DIGITS && !/^(.)\1+$/.test(word);

/**
 * Typed along the alphabet or the digits, as examples are: in random text one pair in fifty follows
 * so.
 */
function isInvented(word) {
  const codes = [...word.toLowerCase()].map((char) => char.charCodeAt(0));
  return codes.filter((code, at) => code === codes[at - 1] + 1).length >= word.length / 3;
}

/** Returns `[{ line, what }]`, never the secret itself. */
export function secretsIn(text) {
  const found = [];
  const add = (index, what) => found.push({ line: text.slice(0, index).split('\n').length, what });
  for (const [what, shape] of Object.entries(SHAPES)) for (const { index, 0: word } of text.matchAll(shape)) if (!isInvented(word)) add(index, what);
  for (const { index, 1: word } of text.matchAll(NAMED)) if (isRandom(word) && !isInvented(word)) add(index, 'a random word after the name of a secret');
  return found;
}
