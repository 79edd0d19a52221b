// Creates and changes nodes. Data only becomes text; this module parses no HTML.
import { t } from './language.js';

const SVG = 'http://www.w3.org/2000/svg';
const COPIED_MS = 2_000;

export const byId = (id) => document.getElementById(id);

/**
 * Creates a node: `make('p', { class: 'quiet', hidden: true }, 'text', node)`. `on…` are listeners;
 * null and false are skipped.
 */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else attribute(node, name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== false && child !== undefined));
  return node;
}

/** Sets an attribute, or removes it for null or false. */
export function attribute(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value === true ? '' : value);
}

/** Changes the text only if it differs, so that screen readers do not repeat it and no selection is lost. */
export function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

/** Creates an icon of this page. It is decoration: text beside it always has the same meaning. */
export function icon(name, classes = 'icon') {
  return svg('svg', { class: classes, 'aria-hidden': 'true' }, svg('use', { href: `#icon-${name}` }));
}

/** Creates a node of a drawing. */
export function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) attribute(node, name, value);
  node.append(...children);
  return node;
}

/** Changes the drawing of an icon. */
export function redraw(svg, name) {
  attribute(svg.querySelector('use'), 'href', `#icon-${name}`);
}

const parts = new WeakMap();

/** Renders one node per key in the order of `items`. An item that stays keeps its node and the focus. */
export function keyed(list, items, keyOf, create) {
  const before = parts.get(list) ?? new Map();
  const after = new Map();
  let place = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const part = before.get(key) ?? create(item);
    before.delete(key);
    after.set(key, part);
    part.update(item);
    if (part.node === place) place = place.nextElementSibling;
    else list.insertBefore(part.node, place);
  }
  for (const { node } of before.values()) node.remove();
  parts.set(list, after);
}

const drawn = new WeakMap();

/** Redraws only when `of` differs from the last call, so that a button in use stays in place. */
export function redrawn(node, of, draw) {
  const key = JSON.stringify([t.tag, of]);
  if (drawn.get(node) === key) return;
  drawn.set(node, key);
  node.replaceChildren(...[draw()].flat().filter(Boolean));
}

/** Renders a sentence with commands in backticks; with `copy`, each command has a button. */
export function sentence(words, { copy = false } = {}) {
  return words.split('`').flatMap((piece, at) => {
    if (at % 2 === 0) return piece ? [document.createTextNode(piece)] : [];
    const code = make('code', {}, piece);
    return copy ? [make('span', { class: 'inline-command' }, code, copyButton(piece, { small: true }))] : [code];
  });
}

/** Renders a command on a separate line. */
export function command(words) {
  return [make('code', { tabindex: 0 }, words), copyButton(words)];
}

/**
 * Creates a button that copies `what` and shows the result. Screen readers announce `label`; small
 * buttons show no text.
 */
export function copyButton(what, { small = false, primary = false, label = t.copyThis(what) } = {}) {
  const drawing = icon('copy');
  const words = make('span', { class: small ? 'visually-hidden' : null }, t.copy);
  const button = make('button', { type: 'button', class: small ? 'plain' : `button${primary ? ' primary' : ''}`, 'aria-label': label }, drawing, words);
  let timer;
  button.addEventListener('click', async () => {
    const done = await toClipboard(what);
    const result = done ? t.copied : t.copyFailed;
    redraw(drawing, done ? 'check' : 'broken');
    text(words, result);
    button.setAttribute('aria-label', result);
    clearTimeout(timer);
    timer = setTimeout(() => {
      redraw(drawing, 'copy');
      text(words, t.copy);
      button.setAttribute('aria-label', label);
    }, COPIED_MS);
  });
  return button;
}

async function toClipboard(what) {
  try {
    await navigator.clipboard.writeText(what);
    return true;
  } catch {
    return false;
  }
}

const ticking = new WeakMap();

/** Sets the text to `words()` now and at every tick. */
export function live(node, words) {
  ticking.set(node, words);
  attribute(node, 'data-live', true);
  text(node, words());
  return node;
}

/** Updates all live texts. Called once a second. */
export function tick() {
  for (const node of document.querySelectorAll('[data-live]')) text(node, ticking.get(node)?.() ?? '');
}
