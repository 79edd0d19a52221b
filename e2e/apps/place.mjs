// Puts an app into the app's place of the running stack, and waits until Sidelink has judged it.
import { stack, compose, headline, row as service, time } from '../support/stack.mjs';

/** From the app's start to its verdict, unless its row allows more. */
const VERDICT_S = Number(process.env.E2E_APPS_SECONDS || 45);
/** From the verdict to the sentence that explains it: the next proof has both. */
const SENTENCE_S = 10;

const appLayer = (status) => status.layers.find(({ layer }) => layer === 'app');

/** Lays a row's service over the stack, in the place of whatever app is there; `cold`: before there is any tunnel. */
export async function place({ app, starts = true, cold = false }) {
  // The app before it goes first: what is said from here on is said of this one.
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

const names = (status, words) => words.every((word) => sentences(status).toLowerCase().includes(word.toLowerCase()));

/** The status in which the row's verdict is reached; rejects with the last one when it is not. */
export async function judged({ verdict: wanted, tells = [], warns = [], sees = [], seconds = VERDICT_S }) {
  let last;
  let over = false;
  const verdicts = new Set();
  const fits = (status) => verdict(status) === wanted && names(status, [...tells, ...warns])
    && sees.every((text) => appLayer(status).observed?.includes(text));
  const notice = (status) => {
    last = status;
    if (verdict(status)) verdicts.add(verdict(status));
  };
  try {
    await stack.status((status) => verdict(status) === wanted, { seconds, onEach: notice, cancelled: () => over });
    const status = await stack.status(fits, { seconds: SENTENCE_S, onEach: notice, cancelled: () => over });
    return { status, verdicts };
  } catch (error) {
    over = true;
    throw new Error(`wanted: ${wanted}, naming ${[...tells, ...warns, ...sees].join(', ') || 'nothing'}\n${describe(last)}`, { cause: error });
  }
}

/** What stands in a status, short enough for a failed test. */
export function describe(status) {
  if (!status) return 'no status at all';
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

/** A proof that began now has to agree: nothing is ready for a moment only. */
export async function stays(wanted) {
  const status = await stack.verify();
  return { status, agrees: verdict(status) === wanted || (wanted === 'broken' && status.phase !== 'ready') };
}

export { appLayer, service, time };
