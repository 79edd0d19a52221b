// What a person can ask of the sidecar, and the buttons for it.
import { byId, icon, make, text } from './dom.js';
import { t, told } from './language.js';

/** Told to the window when the sidecar knows this page no more. */
export const SIGNED_OUT = 'sidelink:signed-out';

/** How long a button says that what it asked for is under way, where nothing else says so first. */
const ASKED_MS = 4_000;

/**
 * A button that asks for something. While that is under way it says so and takes no second press, but keeps the
 * focus. A refusal stands beside it. Answers the two nodes.
 */
export function askButton({ label, name = null, busy, primary = false, drawing = null, before = async () => true, ask }) {
  const words = make('span', { class: 'button-words' }, label);
  const refusal = make('span', { class: 'refusal', hidden: true });
  const button = make('button', { type: 'button', class: `button${primary ? ' primary' : ''}`, 'aria-label': name }, drawing && icon(drawing), words);
  const asking = (under) => {
    button.setAttribute('aria-disabled', String(under));
    text(words, under ? busy : label);
    if (name) button.setAttribute('aria-label', under ? `${busy} ${name}` : name);
  };
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-disabled') === 'true' || !(await before())) return;
    asking(true);
    const refused = await ask();
    text(refusal, refused ?? '');
    refusal.hidden = !refused;
    asking(false);
  });
  return [button, refusal];
}

/** Restarts the service, after a question that says what that does to the link: see `restartCosts`. */
export function restartButton({ name }, costs, { primary = false, full = false } = {}) {
  return askButton({
    label: full ? t.restartName(name) : t.restart,
    name: full ? null : t.restartName(name),
    busy: t.restarting,
    primary,
    drawing: 'again',
    before: () => sure(name, costs),
    ask: () => asked(`services/${encodeURIComponent(name)}/restart`),
  });
}

/** Proves the link now, however young the latest proof is. */
export function proveButton(options = {}) {
  return askButton({ label: t.proveAgain, busy: t.proving, drawing: 'again', ask: () => post('verify?maxAge=0s'), ...options });
}

/** Wakes a tunnel that is suspended. */
export function wakeButton() {
  return askButton({ label: t.createLink, busy: t.creating, primary: true, ask: () => asked('tunnel/wake') });
}

export const logOut = () => post('logout');

/** What is accepted takes a while to be seen. */
async function asked(path) {
  const refused = await post(path);
  if (!refused) await new Promise((resolve) => setTimeout(resolve, ASKED_MS));
  return refused;
}

/** Answers null, or why not. */
const post = async (path) => (await request(path)).refused ?? null;

/** A POST. Answers `{ status, body }`, or `{ refused }`: why not; with neither where nobody is signed in any more. */
export async function request(path) {
  try {
    const answer = await fetch(path, { method: 'POST', signal: AbortSignal.timeout(30_000) });
    if (answer.ok) return { status: answer.status, body: await answer.json().catch(() => null) };
    if (answer.status === 401) {
      dispatchEvent(new Event(SIGNED_OUT));
      return {};
    }
    const { error } = await answer.json();
    return { refused: [told(error), error.fix].filter(Boolean).join(' ') };
  } catch {
    return { refused: t.failed };
  }
}

const COSTS = { nothing: 'askRestartText', changes: 'askRestartLink', pauses: 'askRestartTunnel' };

function sure(name, costs) {
  const dialog = byId('ask');
  text(byId('ask-title'), t.askRestart(name));
  text(byId('ask-text'), t[COSTS[costs]]);
  text(byId('ask-yes'), t.restart);
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
