// Puts an app into the app's place of the running stack, and waits until Sidelink has judged it.
import { stack, compose, headline, row as service, time } from '../support/stack.mjs';

/** From the app's start to its verdict, unless its row allows more. */
const VERDICT_S = Number(process.env.E2E_APPS_SECONDS || 45);
/** From the verdict to the sentence that explains it: the next verification has both. */
const SENTENCE_S = 10;

const appLayer = (status) => status.layers.find(({ layer }) => layer === 'app');

/** Runs a row's service in the app's place of the stack; with `cold` before a tunnel exists. */
export async function place({ app, starts = true, cold = false }) {
  // The previous app is removed first, so that every later report is about this one.
  await compose(['rm', '--stop', '--force', 'app', ...(cold ? ['gate', 'cloudflared'] : [])]);
  await stack.status((status) => !service(status, 'app') && !(cold && status.publicUrl), { seconds: 20 });
  await stack.with(`services:\n  app: !override ${JSON.stringify(app)}\n`);
  const what = cold ? [] : ['--no-deps', 'app'];
  const { code, stderr } = await compose(['up', '--detach', '--no-build', ...what], { fine: true });
  if (starts && code !== 0) throw new Error(stderr);
}

/** `ready`, `limited`, `broken`; null while it is not decided. */
export function verdict(status) {
  const outside = appLayer(status);
  const inside = service(status, 'app');
  if (!inside) return null;
  if (status.phase === 'ready' && status.publicUrl) return 'ready';
  if (status.phase === 'degraded' && outside.state === 'limited' && headline(status)?.layer === 'app') return 'limited';
  return outside.state === 'broken' || inside.state === 'broken' ? 'broken' : null;
}

/** Every sentence that a status has about the app, and every next step. */
export function sentences(status) {
  const reasons = [service(status, 'app')?.reason, appLayer(status)?.reason];
  return reasons.filter(Boolean).map(({ message, next }) => `${message} → ${next ?? ''}`).join('\n');
}

const names = (status, texts) => texts.every((text) => sentences(status).toLowerCase().includes(text.toLowerCase()));

/** The status in which the row's verdict is reached; rejects with the last one when it is not. */
export async function judged({ verdict: expected, reports = [], warns = [], observes = [], seconds = VERDICT_S }) {
  let last;
  let cancelled = false;
  const verdicts = new Set();
  const fits = (status) => verdict(status) === expected && names(status, [...reports, ...warns])
    && observes.every((text) => appLayer(status).observed?.includes(text));
  const notice = (status) => {
    last = status;
    if (verdict(status)) verdicts.add(verdict(status));
  };
  try {
    await stack.status((status) => verdict(status) === expected, { seconds, onEach: notice, cancelled: () => cancelled });
    const status = await stack.status(fits, { seconds: SENTENCE_S, onEach: notice, cancelled: () => cancelled });
    return { status, verdicts };
  } catch (error) {
    cancelled = true;
    throw new Error(`expected: ${expected}, naming ${[...reports, ...warns, ...observes].join(', ') || 'nothing'}\n${describe(last)}`, { cause: error });
  }
}

/** A summary of a status for a failed test. */
export function describe(status) {
  if (!status) return 'no status';
  const { phase, awaiting } = status;
  const inside = service(status, 'app');
  const outside = appLayer(status);
  return [
    `${phase}, ${verdict(status)}, awaiting ${awaiting?.layer ?? 'nothing'}`,
    `service app: ${inside?.state} ${inside?.reason?.code ?? ''}`,
    `layer app: ${outside.state} ${outside.reason?.code ?? ''} ${outside.observed ?? ''}`,
    sentences(status),
  ].join('\n');
}

/** Whether a new verification agrees: no verdict may hold for a moment only. */
export async function stays(expected) {
  const status = await stack.verify();
  return { status, agrees: verdict(status) === expected || (expected === 'broken' && status.phase !== 'ready') };
}

export { appLayer, service, time };
