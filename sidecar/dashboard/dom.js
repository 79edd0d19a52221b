// Making and changing nodes. Data only ever becomes text: nothing here parses HTML.
import { t } from './language.js';

const SVG = 'http://www.w3.org/2000/svg';
const COPIED_MS = 2_000;

export const byId = (id) => document.getElementById(id);

/** `make('p', { class: 'quiet', hidden: true }, 'text', node)`; `on…` are listeners, null and false are left out. */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else attribute(node, name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== false && child !== undefined));
  return node;
}

/** Sets it, or removes it where the value is null or false. */
export function attribute(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value === true ? '' : value);
}

/** Changes the text only where it differs, so that nothing is read out twice and no selection is lost. */
export function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

/** A drawing of the page's own; decoration, its meaning always stands beside it as text. */
export function icon(name, classes = 'icon') {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', classes);
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Makes an icon show another drawing. */
export function redraw(svg, name) {
  attribute(svg.querySelector('use'), 'href', `#icon-${name}`);
}

const parts = new WeakMap();

/** One node a key, in the order of `items`: what stays keeps its node, and with it the focus. */
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

/** Draws anew only when `of` differs from the last time: a button that is being used stays where it is. */
export function redrawn(node, of, draw) {
  const key = JSON.stringify([t.tag, of]);
  if (drawn.get(node) === key) return;
  drawn.set(node, key);
  node.replaceChildren(...[draw()].flat().filter(Boolean));
}

/** A sentence in which commands stand in backticks; with `copy` each has a button. */
export function sentence(words, { copy = false } = {}) {
  return words.split('`').flatMap((piece, at) => {
    if (at % 2 === 0) return piece ? [document.createTextNode(piece)] : [];
    const code = make('code', {}, piece);
    return copy ? [make('span', { class: 'inline-command' }, code, copyButton(piece, { small: true }))] : [code];
  });
}

/** A command on a line of its own. */
export function command(words) {
  return [make('code', { tabindex: 0 }, words), copyButton(words)];
}

/** Copies, and says so in its own place. `label` is what is read out; small ones have no text. */
export function copyButton(what, { small = false, primary = false, label = t.copyThis(what) } = {}) {
  const drawing = icon('copy');
  const words = make('span', { class: small ? 'unseen' : null }, t.copy);
  const button = make('button', { type: 'button', class: small ? 'plain' : `button${primary ? ' primary' : ''}`, 'aria-label': label }, drawing, words);
  let timer;
  button.addEventListener('click', async () => {
    const done = await toClipboard(what);
    const says = done ? t.copied : t.copyFailed;
    redraw(drawing, done ? 'check' : 'broken');
    text(words, says);
    button.setAttribute('aria-label', says);
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

/** Text that follows the clock: `words()` now and at every tick. */
export function live(node, words) {
  ticking.set(node, words);
  attribute(node, 'data-live', true);
  text(node, words());
  return node;
}

/** To be called once a second. */
export function tick() {
  for (const node of document.querySelectorAll('[data-live]')) text(node, ticking.get(node)?.() ?? '');
}
