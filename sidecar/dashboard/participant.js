// The rooms and their participants: state, verdict, measurements, and the graph of the last minutes.
import { attribute, icon, keyed, live, make, redraw, redrawn, sentence, svg, text } from './dom.js';
import { messageOf, number, span, t } from './language.js';
import { HEIGHT, MAX_GAP_MS, WIDTH, graphOf } from './samples.js';

/** Renders a room with its participants, as `keyed` wants it. */
export function room() {
  const name = make('bdi');
  const word = make('span', { class: 'quiet' });
  const count = make('p', { class: 'quiet' });
  const list = make('ul', { class: 'rows' });
  const node = make('div', { class: 'room' }, make('div', { class: 'card-head' }, make('h3', {}, word, ' ', name), count), list);
  return {
    node,
    update(of) {
      const { participants } = of;
      text(word, t.room);
      text(name, of.name);
      const tracks = participants.reduce((sum, one) => sum + one.tracks, 0);
      text(count, [t.roomCount(participants.length), participants.length > 0 && t.trackCount(tracks)].filter(Boolean).join(', '));
      keyed(list, participants.map((one) => ({ ...one, samples: of.samplesOf(one.key), now: of.now })), ({ key }) => key, participant);
    },
  };
}

function participant() {
  const drawing = icon('unknown', 'icon state');
  const [name, id] = [make('bdi'), make('bdi')];
  const idLine = make('p', { class: 'quiet client-id' }, make('code', {}, id));
  const word = make('span', { class: 'word' });
  const since = make('time', { class: 'quiet' });
  const verdict = make('p', { class: 'participant-verdict' });
  const values = make('dl', { class: 'measured' });
  const age = make('p', { class: 'quiet notes' });
  const graph = graphFigure();
  const node = make('li', { class: 'row participant' }, drawing,
    make('div', { class: 'row-about' },
      make('h4', {}, name), idLine, make('p', { class: 'row-state' }, word, ' · ', since), verdict, values, age),
    graph.node);
  return {
    node,
    update(of) {
      attribute(node, 'data-state', of.tone);
      redraw(drawing, of.tone);
      text(name, of.name);
      text(id, of.id);
      idLine.hidden = of.id === of.name;
      text(word, t.participant[of.state]);
      attribute(since, 'datetime', of.since);
      live(since, () => t.joinedAgo(span(of.now() - Date.parse(of.since))));
      const words = begun(messageOf(of.verdict));
      redrawn(verdict, words, () => sentence(words));
      const measured = measurements(of);
      redrawn(values, measured, () => measured.map(([label, value]) => make('div', {}, make('dt', {}, label), ' ', make('dd', {}, value))));
      live(age, () => ageOf(of));
      graph.update(of);
    },
  };
}

/** Unlike other sentences of the sidecar, a verdict begins with no name. */
const begun = (words) => words.slice(0, 1).toUpperCase() + words.slice(1);

/** `[label, value]` of what is known. */
function measurements({ path, protocol, ice, roundTrip, loss, send, receive, tracks }) {
  const names = t.measured;
  const known = (value, words) => (value === null ? null : words(value));
  return [
    [names.path, path && [t.paths[path], protocol.toUpperCase()].filter(Boolean).join(', ')],
    [names.ice, ice],
    [names.roundTrip, known(roundTrip, (ms) => `${number(ms)} ms`)],
    [names.loss, known(loss, (percent) => `${number(percent)} %`)],
    [names.send, known(send, bitrate)],
    [names.receive, known(receive, bitrate)],
    [names.tracks, number(tracks)],
  ].filter(([, value]) => value);
}

const bitrate = (bits) => (bits >= 999_500 ? `${number(bits / 1e6)} Mbit/s` : `${number(Math.round(bits / 1000))} kbit/s`);

/** The age of the measurements, where the next report is overdue. */
function ageOf({ reportedAt, now }) {
  if (reportedAt === null) return '';
  const age = now() - Date.parse(reportedAt);
  return age > MAX_GAP_MS ? t.reportedAgo(span(age)) : '';
}

/** The drawing is decoration: the caption has the same meaning. */
function graphFigure() {
  const line = svg('path', { class: 'graph-line' });
  const marks = svg('path', { class: 'graph-loss' });
  const drawing = svg('svg', { class: 'graph', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, marks, line);
  const caption = make('figcaption', { class: 'quiet' });
  const node = make('figure', { hidden: true }, drawing, caption);
  return {
    node,
    update({ samples, now }) {
      const graph = graphOf(samples, now());
      node.hidden = !graph;
      if (!graph) return;
      attribute(line, 'd', graph.line);
      attribute(marks, 'd', graph.marks);
      text(caption, [t.graph(number(graph.low), number(graph.high)), graph.losses > 0 && t.graphOfLoss(graph.losses)].filter(Boolean).join(', '));
    },
  };
}
