// The connections: who is in a call, how, and why not. The sidecar is asked only while this part is
// open and the page is visible; what is not shown is not kept.
import { SIGNED_OUT } from './actions.js';
import { attribute, byId, keyed, redrawn, sentence, text } from './dom.js';
import { messageOf, t } from './language.js';
import { room } from './participant.js';
import { roomsOf } from './participants.js';
import { Poll } from './poll.js';
import { Samples } from './samples.js';

/** The address with this fragment opens the part. */
const FRAGMENT = '#connections';

const samples = new Samples();
const poll = new Poll('connection-stats', receive);
let now = Date.now;
let isOpen = false;
/** Whether the sidecar answers this page and the user is signed in. */
let isReady = false;
/** Whether the address asked for this part, which the page has yet to bring into view. */
let isArriving = false;
/** The latest answer, and the error since then. */
let latest = null;
let error = null;

/** Begins to react to the button and to the address. `clock` is the sidecar's. */
export function startConnections(clock) {
  now = clock;
  byId('connections-toggle').addEventListener('click', () => {
    setOpen(!isOpen);
    history.replaceState(null, '', isOpen ? FRAGMENT : location.pathname + location.search);
  });
  addEventListener('hashchange', openFromAddress);
  openFromAddress();
}

/** Shows this part in the current language. Called at each status document, too. */
export function showConnections(ready) {
  isReady = ready;
  poll.wanted = isOpen && isReady;
  show();
  if (isArriving && isReady) {
    isArriving = false;
    byId('connections').scrollIntoView();
  }
}

function openFromAddress() {
  if (location.hash !== FRAGMENT) return;
  isArriving = true;
  setOpen(true);
}

function setOpen(open) {
  isOpen = open;
  if (!open) forget();
  showConnections(isReady);
}

function forget() {
  latest = null;
  error = null;
  samples.clear();
}

function receive({ body, error: refused, status }) {
  if (status === 401) dispatchEvent(new Event(SIGNED_OUT));
  error = refused ?? null;
  if (body) {
    latest = { ...body, ...roomsOf(body) };
    samples.keep(latest.participants, now());
  }
  show();
}

function show() {
  const toggle = byId('connections-toggle');
  text(toggle, isOpen ? t.hide : t.show);
  attribute(toggle, 'aria-label', isOpen ? t.hideConnections : t.showConnections);
  attribute(toggle, 'aria-expanded', String(isOpen));
  byId('connections-hint').hidden = isOpen;
  byId('connections-view').hidden = !isOpen;
  shown('connections-total', latest ? total(latest) : isOpen && !error && t.connectionsAsking);
  shown('connections-empty', latest?.participants.length === 0 && t.connectionsEmpty);
  shown('connections-more', latest?.more > 0 && t.connectionsMore(latest.more));
  showError();
  const rooms = (latest?.rooms ?? []).map((one) => ({ ...one, samplesOf: samples.of, now }));
  keyed(byId('connections-rooms'), rooms, ({ key }) => key, room);
  attribute(byId('connections-rooms'), 'data-outdated', Boolean(error));
}

function shown(id, words) {
  byId(id).hidden = !words;
  text(byId(id), words || '');
}

function total({ websocket_connections: connections, max_connections: limit, shared_tracks: shared }) {
  const { shared_video_tracks: videos, shared_processed_tracks: processed } = shared;
  return [t.connectionCount(connections, limit), t.sharedCount(videos), processed > 0 && t.processedCount(processed)].filter(Boolean).join(', ');
}

function showError() {
  const box = byId('connections-error');
  const words = error && [messageOf(error) || t.failed, error.fix, latest && t.connectionsLast].filter(Boolean).join(' ');
  box.hidden = !words;
  redrawn(box, words, () => (words ? sentence(words) : []));
}
