// The services: state, since when, reason, and what Sidelink did about it.
import { restartButton } from './actions.js';
import { attribute, byId, icon, keyed, live, make, redraw, redrawn, text } from './dom.js';
import { span, t } from './language.js';
import { restartCosts, shownState } from './reading.js';
import { reasonLines } from './verdict.js';

// The sidecar refuses to restart these, because it would stop itself or its access to Docker.
const NOT_RESTARTABLE = new Set(['sidecar', 'docker-proxy']);

export function showServices(status, now) {
  const { services } = status;
  text(byId('services-count'), t.servicesCount(services.filter(({ state }) => state === 'ok').length, services.length));
  const rows = services.map((service) => ({
    ...service, shown: shownState(status, service), costs: restartCosts(status, service),
  }));
  keyed(byId('services'), rows, ({ name }) => name, () => row(now));
}

function row(now) {
  const drawing = icon('unknown', 'icon state');
  const name = make('h3', {});
  const word = make('span', { class: 'word' });
  const since = make('span', { class: 'quiet' });
  const notes = make('p', { class: 'quiet notes' });
  const reason = make('div', { class: 'reason' });
  const actions = make('div', { class: 'actions' });
  const about = make('div', { class: 'row-about' }, name, make('p', { class: 'row-state' }, word, ' ', since), notes, reason);
  const node = make('li', { class: 'row' }, drawing, about, actions);
  return {
    node,
    update(service) {
      const state = service.shown;
      attribute(node, 'data-state', state);
      redraw(drawing, state);
      redrawn(name, [service.name, service.required], () => [
        document.createTextNode(service.name),
        service.required === false ? make('span', { class: 'tag' }, t.optional) : null,
      ]);
      text(word, t.state[state]);
      live(since, () => t.forSpan(span(now() - Date.parse(service.since))));
      live(notes, () => notesOf(service, now()));
      redrawn(reason, [service.reason, service.healing?.exhausted], () => reasonOf(service));
      redrawn(actions, service.costs, () => (NOT_RESTARTABLE.has(service.name) ? [] : restartButton(service, service.costs)));
    },
  };
}

function reasonOf(service) {
  return [
    ...(service.reason ? reasonLines(service.reason) : []),
    service.healing?.exhausted ? make('p', { class: 'next' }, t.exhausted) : null,
  ];
}

function notesOf({ restarts, healing }, now) {
  const notes = [];
  if (restarts > 0) notes.push(t.restarts(restarts));
  if (healing?.actions > 0) notes.push(t.healed(healing.actions));
  if (healing?.nextAt && !healing.exhausted) {
    const left = Date.parse(healing.nextAt) - now;
    notes.push(left > 0 ? t.healNext(span(left + 999)) : t.healNow);
  }
  return notes.join(' · ');
}
