// Conclusions from the answer of GET /connection-stats. Pure: no page, no clock, no language.

/** Participants and rooms beyond these are counted, but neither shown nor kept. */
export const MAX_PARTICIPANTS = 500;
const MAX_ROOMS = 500;
/** Characters of a name, an identity or a room that are shown. */
const MAX_NAME = 64;
const MAX_VERDICT = 400;

const TONES = { connected: 'ok', connecting: 'waiting', disconnected: 'broken' };
const PATHS = ['lan', 'direct', 'turn', 'tunnel', 'none'];

/** Controls, line breaks, and marks that change the direction of the text after them. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
/** A letter under more accents than this would cover its neighbours. */
const STACKED = /(\p{M}{3})\p{M}+/gu;

/** Returns a visitor's text as one line of at most `max` characters that stays in its place. */
export function plain(value, max = MAX_NAME) {
  const words = String(value ?? '').slice(0, 8 * max).replace(CONTROLS, ' ').replace(STACKED, '$1').trim();
  const letters = [...words];
  return letters.length > max ? `${letters.slice(0, max - 1).join('')}…` : words;
}

/**
 * Returns the rooms, oldest first, each with its participants in the order in which they came, and
 * how many participants are left out. A participant's `key` is unique among all rooms.
 */
export function roomsOf({ rooms, clients }) {
  const participants = unique([...clients].sort(byAge));
  const shown = participants.slice(0, MAX_PARTICIPANTS);
  const of = new Map([...rooms].sort(byAge).slice(0, MAX_ROOMS).map(({ name }) => [name, []]));
  for (const participant of shown) {
    if (!of.has(participant.room)) of.set(participant.room, []);
    of.get(participant.room).push(participant);
  }
  return {
    rooms: [...of].map(([key, inRoom]) => ({ key, name: plain(key), participants: inRoom })),
    participants: shown,
    more: participants.length - shown.length,
  };
}

const byAge = (one, other) => order(one.created_at, other.created_at) || order(one.client_id ?? one.name, other.client_id ?? other.name);
const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function unique(clients) {
  const of = new Map();
  for (const client of clients) {
    const key = JSON.stringify([client.room, client.client_id]);
    if (!of.has(key)) of.set(key, participantOf(client, key));
  }
  return [...of.values()];
}

function participantOf(client, key) {
  const id = plain(client.client_id);
  const state = Object.hasOwn(TONES, client.connection_state) ? client.connection_state : 'unknown';
  const path = PATHS.includes(client.path) ? client.path : null;
  return {
    key, id, state, path,
    tone: state !== 'disconnected' && path === 'none' ? 'limited' : TONES[state] ?? 'unknown',
    room: client.room,
    name: plain(client.name) || id,
    since: client.created_at,
    protocol: plain(client.protocol),
    ice: state === 'connected' ? '' : plain(client.ice_state),
    verdict: { message: plain(client.verdict, MAX_VERDICT), messagePt: plain(client.verdict_pt, MAX_VERDICT) },
    tracks: client.tracks,
    roundTrip: client.rtt_ms,
    loss: client.loss_percent,
    send: client.send_bitrate,
    receive: client.receive_bitrate,
    reportedAt: client.reported_at,
  };
}
