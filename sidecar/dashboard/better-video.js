// The guide to TURN: with it a call from any network goes over WebRTC, not over the tunnel.
import { byId, command, copyButton, make, redrawn, sentence } from './dom.js';
import { t } from './language.js';

/** Lines of `.env` for each way, as docs/media.md#turn describes them. Values in capitals are the user's. */
const LINES = {
  cloudflare: ['COMPOSE_PATH_SEPARATOR=:', 'COMPOSE_FILE=compose.yaml:compose/turn.yaml', 'TURN_CLOUDFLARE_KEY=ID_OF_THE_TURN_KEY'],
  server: ['COMPOSE_PATH_SEPARATOR=:', 'COMPOSE_FILE=compose.yaml:compose/turn.yaml', 'TURN_URLS=turn:YOUR_SERVER:3478?transport=tcp'],
  relay: ['COMPOSE_PATH_SEPARATOR=:', 'COMPOSE_FILE=compose.yaml:compose/media-relay.yaml', 'RELAY_SERVER=YOUR_BORE_SERVER', 'RELAY_PORT=34567'],
};
const APPLY = 'docker compose up -d --build';

let chosen = 'cloudflare';

/** Shows the guide unless a phone has just reached TURN. */
export function showBetterVideo(isNeeded) {
  byId('better-video').hidden = !isNeeded;
  redrawn(byId('better-video-steps'), chosen, steps);
}

function steps() {
  const lines = LINES[chosen].join('\n');
  return [
    make('p', {}, t.betterVideoWhy),
    make('ol', { class: 'steps' },
      make('li', {}, make('label', { for: 'better-video-way' }, t.betterVideoChoose), ' ', ways()),
      make('li', {}, sentence(t.betterVideoLines), make('div', { class: 'lines' }, make('pre', { tabindex: 0 }, lines), copyButton(lines, { label: t.betterVideoCopy }))),
      make('li', {}, sentence(t.betterVideoSecret[chosen])),
      make('li', {}, t.betterVideoApply, make('div', { class: 'command' }, command(APPLY))),
      make('li', {}, t.betterVideoCheck)),
  ];
}

function ways() {
  const options = Object.keys(LINES).map((way) => make('option', { value: way, selected: way === chosen }, t.betterVideoWays[way]));
  const choose = ({ target }) => {
    chosen = target.value;
    showBetterVideo(true);
    byId('better-video-way').focus();
  };
  return make('select', { id: 'better-video-way', onchange: choose }, options);
}
