// One sentence about the whole stack, and the next step when something is wrong.
import { restartButton, verifyButton, wakeButton } from './actions.js';
import { attribute, byId, live, make, redraw, redrawn, sentence, text } from './dom.js';
import { capital, clockTime, messageOf, span, t } from './language.js';
import { restartCosts, stepsFor, troubleOf, verdictOf, withoutSeconds } from './reading.js';

/** Shows the verdict of a status document. */
export function showVerdict(status, now) {
  const verdict = verdictOf(status);
  const trouble = troubleOf(status);
  show(verdict.tone, title(verdict, status));
  live(byId('verdict-detail'), () => detail(verdict, status, trouble, now()));
  const reason = misconfigured(status) ?? trouble?.reason ?? null;
  redrawn(byId('verdict-reason'), reason, () => (reason ? reasonLines(reason) : []));
  redrawn(byId('verdict-actions'), actionsKey(verdict, status, trouble), () => actions(verdict, status, trouble));
}

/** Shows that the sidecar does not answer, so the page may be outdated. */
export function showLost(since, wasShown, now, again) {
  show('broken', t.lost);
  live(byId('verdict-detail'), () => {
    const lasted = span(now() - since);
    return wasShown ? t.lostSince(clockTime(since), lasted) : t.lostAtOnce(lasted);
  });
  redrawn(byId('verdict-reason'), 'lost', () => make('p', {}, sentence(t.lostNext, { copy: true })));
  redrawn(byId('verdict-actions'), 'lost', () => make('button', { type: 'button', class: 'button', onclick: again }, t.tryNow));
}

/** Shows that the user is signed out, and no data of the stack. */
export function showSignedOut() {
  show('locked', t.signedOutVerdict);
  live(byId('verdict-detail'), () => '');
  redrawn(byId('verdict-reason'), null, () => []);
  redrawn(byId('verdict-actions'), null, () => []);
}

/** Returns the problem and, on a separate line, the next step. */
export function reasonLines(reason) {
  const next = messageOf(reason, 'next');
  return [
    make('p', {}, sentence(capital(messageOf(reason)))),
    next ? make('p', { class: 'next' }, sentence(capital(next), { copy: true })) : null,
  ].filter(Boolean);
}

function misconfigured({ phase, configError }) {
  if (phase !== 'failed' || !configError) return null;
  return { message: `config/sidelink.yaml: ${configError}`, next: t.configNext };
}

function show(tone, words) {
  attribute(byId('verdict'), 'data-tone', tone);
  redraw(byId('verdict-icon').parentNode, tone);
  text(byId('verdict-title'), words);
  document.title = `${words} · Sidelink`;
}

function title({ kind, name }, status) {
  const words = t.verdict[kind];
  if (kind === 'preparing') {
    return status.awaiting ? words(withoutSeconds(messageOf(status.awaiting))) : t.verdict.preparingFirst;
  }
  return typeof words === 'function' ? words(t.layers[name]?.[0] ?? name) : words;
}

function detail({ kind }, status, trouble, now) {
  if (kind === 'works') return t.works;
  if (kind === 'suspended') return t.suspendedDetail;
  const since = trouble?.since ?? status.since;
  return t.forSpan(span(now - Date.parse(since)));
}

// Buttons are replaced only when other ones are needed, so that a new document does not lose a press.
function actionsKey({ kind }, status, trouble) {
  return [kind === 'suspended', trouble?.service?.name, stepsFor(status, trouble?.reason, trouble?.service)];
}

function actions({ kind }, status, trouble) {
  if (kind === 'suspended') return wakeButton();
  const { reason, service } = trouble ?? {};
  return stepsFor(status, reason, service).flatMap((step, at) => {
    const primary = at === 0;
    return step === 'restart' ? restartButton(service, restartCosts(status, service), { primary, full: true }) : verifyButton({ primary });
  });
}
