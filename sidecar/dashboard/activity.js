// Recent activity, newest first.
import { attribute, byId, icon, keyed, make, redraw, redrawn, sentence, text } from './dom.js';
import { capital, clockTime, messageOf, t } from './language.js';
import { known } from './reading.js';

const FEW = 6;
let all = false;
let latest = [];

export function showActivity(status) {
  latest = status.activity ?? [];
  byId('activity-empty').hidden = latest.length > 0;
  keyed(byId('activity'), withKeys(all ? latest : latest.slice(0, FEW)), ({ key }) => key, entry);
  const more = byId('activity-more');
  more.hidden = latest.length <= FEW;
  attribute(more, 'aria-expanded', String(all));
  text(more, all ? t.showFewer : t.showAll(latest.length));
  more.onclick = () => {
    all = !all;
    showActivity(status);
  };
}

/** Adds a unique key: one subject may have several events within a millisecond. */
function withKeys(activity) {
  const counts = new Map();
  return activity.map((item) => {
    const name = `${item.at} ${item.kind} ${item.subject}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { ...item, key: `${name} ${count}` };
  });
}

function entry() {
  const drawing = icon('note', 'icon state');
  const words = make('p', {});
  const time = make('time', { class: 'quiet' });
  const node = make('li', {}, drawing, make('div', {}, words, time));
  return {
    node,
    update(item) {
      const state = known(item.state);
      const drawn = state === 'unknown' ? 'note' : state;
      attribute(node, 'data-state', state);
      redraw(drawing, drawn);
      redrawn(words, item, () => lines(item, drawn));
      attribute(time, 'datetime', item.at);
      text(time, clockTime(item.at));
    },
  };
}

function lines(item, drawn) {
  const message = messageOf(item);
  // A sentence about the phase is about the whole stack, so no name precedes it.
  const about = item.subject && item.kind !== 'phase' && !message.toLowerCase().includes(item.subject.toLowerCase());
  return [
    about ? make('strong', {}, `${t.layers[item.subject]?.[0] ?? item.subject}: `) : null,
    ...sentence(about || message.startsWith(item.subject) ? message : capital(message)),
    drawn === 'note' ? null : make('span', { class: 'visually-hidden' }, ` (${t.state[drawn]})`),
  ];
}
