// One fault from its first sign to the next call: when it was told, as what, and how long it took to mend.
import assert from 'node:assert/strict';
import { internet } from '../support/internet.mjs';
import { headline, row, stack } from '../support/stack.mjs';
import { joined } from './join.mjs';
import { fresh } from './starts.mjs';

/** Milliseconds from the first sign to the right diagnosis: after an event of the engine that is the fault itself, and otherwise. */
export const TOLD_MS = { engine: 100, other: 1000 };
/** Seconds to heal, beyond the service's own start. */
export const HEALED_S = 1;

/** The first sign of what has to be there when a tunnel starts. */
export const AT_START = 'the tunnel\'s start';

const isReady = ({ phase }) => phase === 'ready';

/** What a status says of that layer or service. */
const place = (status, { layer, service }) => (service ? row(status, service) : status.layers.find((each) => each.layer === layer));

const isTold = (told) => (status) => [told.code].flat().includes(place(status, told)?.reason?.code);

/**
 * Brings a fault about, ends it where it does not end by itself, and answers what was seen.
 * @param {object} fault a row of one of the tables here
 */
export async function measure(fault) {
  await fault.before?.();
  const before = await stack.status((status) => isReady(status) && status.publicUrl);
  const host = new URL(before.publicUrl).hostname;
  const start = fault.own ? await fresh(fault.own) : { fromDeath: 0, fromStart: 0 };
  const own = fault.ends || fault.sign === AT_START ? start.fromStart : start.fromDeath;
  const seen = { codes: new Set() };
  const first = fault.told && (await following(fault.told, fault.seconds, seen));
  const from = stack.events().count;
  try {
    const thrown = Date.now();
    const comes = fault.comes(host);
    comes.catch(() => {});
    const event = fault.event && stack.events().next(`the engine's word of: ${fault.name}`, fault.event, { from, seconds: fault.seconds ?? 60 });
    event?.catch(() => {});
    await comes;
    const sign = event ? (await event).at : thrown;
    const asked = fault.silent && stack.proof();
    const told = await first?.promise;
    await asked;
    const healed = await heals(fault, host, sign, before);
    return report(fault, { sign, told, healed, own, seen });
  } catch (error) {
    error.message += `\nseen: ${[...seen.codes].join(', ')}`;
    throw error;
  } finally {
    first?.end();
    await internet.isItself();
    await fault.tidies?.();
    await isReadyAgain();
  }
}

/** Follows `/status` until the fault is told; resolves once the first poll is held open. */
async function following(told, seconds, { codes }) {
  let over = false;
  let begun;
  const first = new Promise((resolve) => (begun = resolve));
  const note = (status) => {
    begun();
    for (const { name, layer, reason } of [...status.layers, ...status.services]) if (reason) codes.add(`${layer ?? name} ${reason.code}`);
  };
  const promise = stack.status(isTold(told), { seconds: seconds ?? 30, seen: note, over: () => over }).then((status) => ({ status, at: Date.now() }));
  promise.catch(() => {});
  await first;
  return { promise, end: () => (over = true) };
}

/** Ready, and somebody gets into the room. Counted from what ended the fault, or else from its first sign. */
async function heals({ ends, own, event, seconds = 90 }, host, sign, before) {
  const from = stack.events().count;
  let since = sign;
  if (ends) {
    since = Date.now();
    await ends(host);
    // Compose takes its time before it starts anything: the container's start is what counts.
    since = stack.events().all(from).find(({ service, action }) => service === own && ['start', 'unpause'].includes(action))?.at ?? since;
  }
  const status = await stack.status((now) => isReady(now) && now.publicUrl, { seconds });
  const at = await joined(status.publicUrl);
  return { ms: at - since, link: status.publicUrl === before.publicUrl ? 'same' : 'new', event };
}

function report(fault, { sign, told, healed, own, seen }) {
  const found = told && place(told.status, fault.told);
  if (fault.phase && told) assert.equal(told.status.phase, fault.phase, `the phase: ${JSON.stringify(headline(told.status))}`);
  assert.equal(healed.link, fault.link ?? 'same', 'the link');
  return {
    name: fault.name,
    sign: fault.sign ?? (fault.event ? 'engine' : 'switch'),
    goalMs: fault.event && !fault.sign?.endsWith('start') ? TOLD_MS.engine : TOLD_MS.other,
    where: fault.told && (fault.told.service ?? fault.told.layer),
    code: found?.reason.code,
    message: found?.reason.message,
    phase: told?.status.phase,
    toldMs: told && Math.round(told.at - sign),
    toldFirst: [...seen.codes].filter((each) => !each.endsWith(` ${told?.code ?? fault.told?.code}`)),
    by: fault.by ?? (fault.ends ? 'its end' : 'itself'),
    healedS: healed.ms / 1000,
    ownS: own / 1000,
    link: healed.link,
    why: fault.why,
  };
}

async function isReadyAgain() {
  const ready = () => stack.status(isReady, { seconds: 45 });
  await ready().catch(() => stack.up().then(ready));
}
