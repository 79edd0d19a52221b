// The actions of the sidecar that a user can request, and their buttons.
import { byId, icon, make, text } from './dom.js';
import { messageOf, t } from './language.js';

/** Dispatched to the window when the sidecar no longer accepts this page's session. */
export const SIGNED_OUT = 'sidelink:signed-out';

/** How long a button shows an accepted action as under way, until the status document shows it. */
const ACCEPTED_MS = 4_000;

/**
 * Creates a button that performs an action. While the action runs, the button shows that and ignores presses, but keeps
 * the focus. A refusal appears beside it. Returns both nodes.
 */
export function actionButton({ label, name = null, busy, primary = false, drawing = null, confirm = async () => true, perform }) {
  const words = make('span', { class: 'button-words' }, label);
  const refusal = make('span', { class: 'refusal', hidden: true });
  const button = make('button', { type: 'button', class: `button${primary ? ' primary' : ''}`, 'aria-label': name }, drawing && icon(drawing), words);
  const setRunning = (running) => {
    button.setAttribute('aria-disabled', String(running));
    text(words, running ? busy : label);
    if (name) button.setAttribute('aria-label', running ? `${busy} ${name}` : name);
  };
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-disabled') === 'true' || !(await confirm())) return;
    setRunning(true);
    const refused = await perform();
    text(refusal, refused ?? '');
    refusal.hidden = !refused;
    setRunning(false);
  });
  return [button, refusal];
}

/** Restarts the service after a dialog that shows what this does to the public URL; see `restartCosts`. */
export function restartButton({ name }, costs, { primary = false, full = false } = {}) {
  return actionButton({
    label: full ? t.restartName(name) : t.restart,
    name: full ? null : t.restartName(name),
    busy: t.restarting,
    primary,
    drawing: 'again',
    confirm: () => confirmRestart(name, costs),
    perform: () => postAndWait(`services/${encodeURIComponent(name)}/restart`),
  });
}

/** Verifies the public URL now, even if the latest verification is recent. */
export function verifyButton(options = {}) {
  return actionButton({ label: t.verifyAgain, busy: t.verifying, drawing: 'again', perform: () => post('verify?maxAge=0s'), ...options });
}

/** Wakes a tunnel that is suspended. */
export function wakeButton() {
  return actionButton({ label: t.createLink, busy: t.creating, primary: true, perform: () => postAndWait('tunnel/wake') });
}

export const logOut = () => post('logout');

/** Posts, and waits until the status document can show an accepted action. */
async function postAndWait(path) {
  const refused = await post(path);
  if (!refused) await new Promise((resolve) => setTimeout(resolve, ACCEPTED_MS));
  return refused;
}

/** Posts; returns the refusal, or null. */
const post = async (path) => (await request(path)).refused ?? null;

/** Posts; returns `{ status, body }`, `{ refused }` with a message, or neither when the session has ended. */
export async function request(path) {
  try {
    const answer = await fetch(path, { method: 'POST', signal: AbortSignal.timeout(30_000) });
    if (answer.ok) return { status: answer.status, body: await answer.json().catch(() => null) };
    if (answer.status === 401) {
      dispatchEvent(new Event(SIGNED_OUT));
      return {};
    }
    const { error } = await answer.json();
    return { refused: [messageOf(error), error.fix].filter(Boolean).join(' ') };
  } catch {
    return { refused: t.failed };
  }
}

const COSTS = { nothing: 'askRestartText', changes: 'askRestartLink', pauses: 'askRestartTunnel' };

function confirmRestart(name, costs) {
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
