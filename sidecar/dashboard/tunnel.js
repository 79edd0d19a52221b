// The current tunnel, how close it is to its limit, and the standby tunnels.
import { attribute, byId, icon, make, redrawn, text } from './dom.js';
import { t } from './language.js';
import { NEAR_LIMIT, shownState } from './reading.js';

export function showTunnel(status) {
  const { tunnel, services } = status;
  const others = services
    .filter((service) => service.tunnel && !service.tunnel.current)
    .map((service) => ({ ...service, state: shownState(status, service) }));
  const counted = typeof tunnel?.inFlight === 'number' && tunnel.limit > 0;
  const shape = [tunnel && [tunnel.kind, tunnel.service, tunnel.lasting, tunnel.limit], counted, status.mode, status.standIn, others.map(brief)];
  redrawn(byId('tunnel'), shape, () => [
    tunnel ? kindLine(tunnel.kind, tunnel.service) : make('p', {}, t.noTunnel),
    tunnel && make('p', { class: 'quiet' }, tunnel.lasting ? t.lasting : t.fleeting),
    tunnel && status.mode === 'on-demand' && make('p', { class: 'quiet' }, t.onDemand),
    counted && meter(tunnel.limit),
    status.standIn && make('p', { class: 'quiet' }, t.standIn),
    others.length > 0 && standby(others),
  ]);
  if (counted) fill(tunnel);
}

const brief = ({ name, state, tunnel }) => [name, state, tunnel.kind, tunnel.hostname];
const kindName = (kind) => t.kinds[kind] ?? kind;

function kindLine(kind, service) {
  return make('p', { class: 'kind' }, make('strong', {}, kindName(kind)), ' ', make('code', {}, service));
}

function meter(limit) {
  return make('div', { class: 'in-flight' },
    make('p', { class: 'meter-head' }, make('span', { id: 'in-flight-name' }, t.inFlight), make('span', { id: 'in-flight-words' })),
    make('meter', { id: 'in-flight', min: 0, max: limit, high: limit * NEAR_LIMIT, optimum: 0, 'aria-labelledby': 'in-flight-name' }),
    make('p', { class: 'meter-warning', id: 'in-flight-near', hidden: true }, icon('limited', 'icon state'), t.inFlightNear(limit)));
}

function fill({ inFlight, limit }) {
  const words = t.inFlightOf(inFlight, limit);
  const bar = byId('in-flight');
  bar.value = inFlight;
  attribute(bar, 'aria-valuetext', words);
  attribute(bar, 'data-near', inFlight >= limit * NEAR_LIMIT);
  text(byId('in-flight-words'), words);
  byId('in-flight-near').hidden = inFlight < limit * NEAR_LIMIT;
}

function standby(others) {
  return make('div', { class: 'others' }, make('h3', {}, t.otherTunnels),
    make('ul', { class: 'plain-list' }, others.map(({ name, state, tunnel }) =>
      make('li', { 'data-state': state }, icon(state, 'icon state'),
        make('span', {}, kindName(tunnel.kind), ' ', make('code', {}, name), ` · ${t.state[state]}`,
          tunnel.hostname ? make('span', { class: 'quiet' }, ` · ${tunnel.hostname}`) : null)))));
}
