// One sentence about everything, and the next step where something is wrong.
import { proveButton, restartButton, wakeButton } from './actions.js';
import { attribute, byId, live, make, redraw, redrawn, sentence, text } from './dom.js';
import { capital, clockTime, span, t, told } from './language.js';
import { restartCosts, stepsFor, troubleOf, verdictOf, withoutSeconds } from './reading.js';

/** From a status document. */
export function showVerdict(status, now) {
  const verdict = verdictOf(status);
  const trouble = troubleOf(status);
  say(verdict.tone, title(verdict, status));
  live(byId('verdict-detail'), () => detail(verdict, status, trouble, now()));
  const reason = misconfigured(status) ?? trouble?.reason ?? null;
  redrawn(byId('verdict-reason'), reason, () => (reason ? reasonLines(reason) : []));
  redrawn(byId('verdict-actions'), actionsKey(verdict, status, trouble), () => actions(verdict, status, trouble));
}

/** While nobody vouches for what is shown. */
export function showLost(since, wasShown, now, again) {
  say('broken', t.lost);
  live(byId('verdict-detail'), () => {
    const lasted = span(now() - since);
    return wasShown ? t.lostSince(clockTime(since), lasted) : t.lostAtOnce(lasted);
  });
  redrawn(byId('verdict-reason'), 'lost', () => make('p', {}, sentence(t.lostNext, { copy: true })));
  redrawn(byId('verdict-actions'), 'lost', () => make('button', { type: 'button', class: 'button', onclick: again }, t.tryNow));
}

/** Nothing of the stack stays on the screen. */
export function showSignedOut() {
  say('locked', t.signedOutVerdict);
  live(byId('verdict-detail'), () => '');
  redrawn(byId('verdict-reason'), null, () => []);
  redrawn(byId('verdict-actions'), null, () => []);
}

/** What is wrong and, on a line of its own, the next step. */
export function reasonLines(reason) {
  const next = told(reason, 'next');
  return [
    make('p', {}, sentence(capital(told(reason)))),
    next ? make('p', { class: 'next' }, sentence(capital(next), { copy: true })) : null,
  ].filter(Boolean);
}

function misconfigured({ phase, configError }) {
  if (phase !== 'failed' || !configError) return null;
  return { message: `config/sidelink.yaml: ${configError}`, next: t.configNext };
}

function say(tone, words) {
  attribute(byId('verdict'), 'data-tone', tone);
  redraw(byId('verdict-icon').parentNode, tone);
  text(byId('verdict-title'), words);
  document.title = `${words} · Sidelink`;
}

function title({ kind, name }, status) {
  const words = t.verdict[kind];
  if (kind === 'preparing') {
    return status.awaiting ? words(withoutSeconds(told(status.awaiting))) : t.verdict.preparingFirst;
  }
  return typeof words === 'function' ? words(t.layers[name]?.[0] ?? name) : words;
}

function detail({ kind }, status, trouble, now) {
  if (kind === 'works') return t.works;
  if (kind === 'suspended') return t.suspendedDetail;
  const since = trouble?.since ?? status.since;
  return t.forSpan(span(now - Date.parse(since)));
}

// Buttons are drawn anew only where another one is needed: a press must not be lost to a new document.
function actionsKey({ kind }, status, trouble) {
  return [kind === 'suspended', trouble?.service?.name, stepsFor(status, trouble?.reason, trouble?.service)];
}

function actions({ kind }, status, trouble) {
  if (kind === 'suspended') return wakeButton();
  const { reason, service } = trouble ?? {};
  return stepsFor(status, reason, service).flatMap((step, at) => {
    const primary = at === 0;
    return step === 'restart' ? restartButton(service, restartCosts(status, service), { primary, full: true }) : proveButton({ primary });
  });
}
