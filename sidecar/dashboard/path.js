// The connection path: the layers as a row of lights, and the details of the selected one.
import { restartButton } from './actions.js';
import { attribute, byId, icon, keyed, live, make, redraw, redrawn, text } from './dom.js';
import { clockTime, span, t } from './language.js';
import { restartCosts, serviceBehind, shownState, stepsFor } from './reading.js';
import { reasonLines } from './verdict.js';

/** The layer that the user selected last. The verdict already shows the awaited one. */
let selected = null;
let latest = null;

export function showPath(status, now) {
  latest = { status, now };
  const { layers } = status;
  text(byId('path-count'), t.pathCount(layers.filter(({ state }) => state === 'ok').length, layers.length));
  keyed(byId('lights'), layers, ({ layer }) => layer, light);
  showDetail();
}

/** A layer that this page does not know is shown under its own name. */
const nameOf = (layer) => t.layers[layer]?.[0] ?? layer;

function light({ layer }) {
  const drawing = icon('unknown', 'icon state');
  const name = make('span', { class: 'light-name' });
  const word = make('span', { class: 'visually-hidden' });
  const select = () => {
    selected = layer;
    showPath(latest.status, latest.now);
  };
  const button = make('button', { type: 'button', class: 'light', 'aria-controls': 'layer-detail', onclick: select, onfocus: select }, drawing, name, word);
  return {
    node: make('li', {}, button),
    update(of) {
      const state = shownState(latest.status, of);
      const shown = of.layer === selectedLayer()?.layer;
      attribute(button, 'data-state', state);
      attribute(button, 'aria-expanded', String(shown));
      attribute(button, 'aria-describedby', shown ? 'layer-detail' : null);
      redraw(drawing, state);
      text(name, nameOf(of.layer));
      text(word, `: ${t.state[state]}`);
    },
  };
}

function selectedLayer() {
  return latest.status.layers.find(({ layer }) => layer === selected) ?? null;
}

function showDetail() {
  const { status, now } = latest;
  const layer = selectedLayer();
  const box = byId('layer-detail');
  attribute(box, 'data-state', layer ? shownState(status, layer) : null);
  redrawn(box, layer ? [layer.layer, shownState(status, layer), layer.observed, layer.reason, layer.waitsFor] : null, () =>
    layer ? detail(status, layer) : make('p', { class: 'quiet' }, t.pathHint));
  const since = byId('layer-since');
  if (since) live(since, () => t.since(clockTime(layer.since), span(now() - Date.parse(layer.since))));
}

function detail(status, layer) {
  const service = serviceBehind(status, layer);
  const restart = layer.reason && stepsFor(status, layer.reason, service).includes('restart');
  return [
    make('p', { class: 'layer-head' },
      make('strong', {}, nameOf(layer.layer)), ' ',
      make('span', { class: 'word' }, t.state[shownState(status, layer)]), ' ',
      make('span', { class: 'quiet', id: 'layer-since' })),
    t.layers[layer.layer] && make('p', { class: 'quiet' }, t.layers[layer.layer][1]),
    layer.waitsFor?.length && !layer.reason ? make('p', {}, t.waitsFor(layer.waitsFor.map(nameOf).join(', '))) : null,
    layer.reason && make('div', { class: 'reason' }, reasonLines(layer.reason)),
    layer.observed && make('p', { class: 'observed' }, make('span', { class: 'quiet' }, t.observed), ' ', make('code', {}, layer.observed)),
    restart ? make('div', { class: 'actions' }, restartButton(service, restartCosts(status, service), { full: true })) : null,
  ];
}
