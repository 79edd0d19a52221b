// Measures one fault from its first sign to the next call: when it was reported, with which code,
// and how long healing took.
import assert from 'node:assert/strict';
import { internet } from '../support/internet.mjs';
import { headline, row, stack } from '../support/stack.mjs';
import { joined } from './join.mjs';
import { fresh } from './starts.mjs';

/**
 * Milliseconds from the first sign to the right diagnosis: after an engine event that is the fault
 * itself, and otherwise.
 */
export const REPORT_GOAL_MS = { engine: 100, other: 1000 };
/** Seconds to heal, beyond the service's own start. */
export const HEAL_GOAL_S = 1;

/** The first sign of a fault that has to exist when a tunnel starts. */
export const AT_START = 'the tunnel\'s start';

const isReady = ({ phase }) => phase === 'ready';

/** The entry of that layer or service in a status. */
const place = (status, { layer, service }) => (service ? row(status, service) : status.layers.find((each) => each.layer === layer));

const isReported = (expected) => (status) => [expected.code].flat().includes(place(status, expected)?.reason?.code);

/**
 * Brings the stack up if an earlier fault left it broken, causes the fault, ends it where it does
 * not end automatically, and returns the measurements. Fails where the stack is not ready
 * afterwards.
 * @param {object} fault a row of one of the tables here: `prepare`, `inject`, `clear`, `cleanUp` in this order; `expected` is the
 *   diagnosis; `event` the engine's event that is its first sign, described by `sign`; `own` the service whose start is not counted
 */
export async function measure(fault) {
  await stack.isReady();
  let failure;
  try {
    return await measured(fault);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    await internet.reset();
    await fault.cleanUp?.();
    await assertReadyAgain(fault, failure);
  }
}

async function measured(fault) {
  await fault.prepare?.();
  const before = await stack.status((status) => isReady(status) && status.publicUrl);
  const host = new URL(before.publicUrl).hostname;
  const start = fault.own ? await fresh(fault.own) : { fromDeath: 0, fromStart: 0 };
  const own = fault.clear || fault.sign === AT_START ? start.fromStart : start.fromDeath;
  const codes = new Set();
  const diagnosis = fault.expected && (await follow(fault.expected, fault.seconds, codes));
  const from = stack.events().count;
  try {
    const injected = Date.now();
    const injection = fault.inject(host);
    injection.catch(() => {});
    const event = fault.event && stack.events().next(`the engine's event of: ${fault.name}`, fault.event, { from, seconds: fault.seconds ?? 60 });
    event?.catch(() => {});
    await injection;
    const sign = event ? (await event).at : injected;
    const verified = fault.silent && stack.verify();
    const reported = await diagnosis?.promise;
    await verified;
    const healed = await heals(fault, host, sign, before);
    return report(fault, { sign, reported, healed, own });
  } catch (error) {
    error.message += `\nreported: ${[...codes].join(', ')}`;
    throw error;
  } finally {
    diagnosis?.end();
  }
}

/** Follows `/status` until it reports the fault; resolves once the first poll is open. */
async function follow(expected, seconds, codes) {
  let ended = false;
  let open;
  const first = new Promise((resolve) => (open = resolve));
  const onEach = (status) => {
    open();
    for (const { name, layer, reason } of [...status.layers, ...status.services]) if (reason) codes.add(`${layer ?? name} ${reason.code}`);
  };
  const promise = stack.status(isReported(expected), { seconds: seconds ?? 30, onEach, cancelled: () => ended }).then((status) => ({ status, at: Date.now() }));
  promise.catch(() => {});
  await first;
  return { promise, end: () => (ended = true) };
}

/**
 * Waits until the stack is ready and a participant joins the room. Counted from the end of the
 * fault, or else from its first sign.
 */
async function heals({ clear, own, seconds = 90 }, host, sign, before) {
  const from = stack.events().count;
  let since = sign;
  if (clear) {
    since = Date.now();
    await clear(host);
    // Compose takes its time before it starts a container: the container's start is what counts.
    since = stack.events().all(from).find(({ service, action }) => service === own && ['start', 'unpause'].includes(action))?.at ?? since;
  }
  const status = await stack.status((now) => isReady(now) && now.publicUrl, { seconds });
  const at = await joined(status.publicUrl);
  return { ms: at - since, link: status.publicUrl === before.publicUrl ? 'same' : 'new' };
}

function report(fault, { sign, reported, healed, own }) {
  const found = reported && place(reported.status, fault.expected);
  if (fault.phase && reported) assert.equal(reported.status.phase, fault.phase, `the phase: ${JSON.stringify(headline(reported.status))}`);
  assert.equal(healed.link, fault.link ?? 'same', 'the public URL');
  return {
    name: fault.name,
    sign: fault.sign ?? (fault.event ? 'engine' : 'switch'),
    goalMs: fault.event && !fault.sign?.endsWith('start') ? REPORT_GOAL_MS.engine : REPORT_GOAL_MS.other,
    where: fault.expected && (fault.expected.service ?? fault.expected.layer),
    code: found?.reason.code,
    message: found?.reason.message,
    phase: reported?.status.phase,
    reportedMs: reported && Math.round(reported.at - sign),
    by: fault.by ?? (fault.clear ? 'its end' : 'itself'),
    healedS: healed.ms / 1000,
    ownS: own / 1000,
    why: fault.why,
  };
}

/** A fault that leaves the stack broken fails its own test by name; nothing is repaired here. */
async function assertReadyAgain({ name }, failure) {
  try {
    await stack.status(isReady, { seconds: 45 });
  } catch (error) {
    const status = await stack.statusNow().catch(() => null);
    const what = `"${name}" left the stack broken: ${JSON.stringify(status ? headline(status) : error.message)}`;
    if (failure) failure.message += `\n${what}`;
    else throw new Error(what, { cause: error });
  }
}
