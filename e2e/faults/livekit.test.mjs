// LiveKit is killed twenty times in a row. Each restart budget is exhausted once, until a user
// starts LiveKit.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { row, stack } from '../support/stack.mjs';
import { joined } from './join.mjs';
import { fresh } from './starts.mjs';

const KILLS = Number(process.env.E2E_KILLS || 20);
const BUDGET = 5;
const OTHERS = ['app', 'icecast', 'redis', 'gateway', 'cloudflared'];
/** Long compared to the 0.3 s that healing waits. */
const LEFT_ALONE_MS = 20_000;

before(() => stack.isReady(), { timeout: 180_000 });
after(() => stack.close());

const livekit = (status) => row(status, 'livekit');
const isReady = ({ phase }) => phase === 'ready';
const of = (service, action) => (event) => event.service === service && event.action === action;
const began = async () => Object.fromEntries(await Promise.all(OTHERS.map(async (service) => [service, (await stack.inspect(service)).State.StartedAt])));
const exhausted = ({ activity }, since) => activity.filter((entry) => entry.subject === 'livekit' && entry.kind === 'service' && entry.message.includes(' attempts failed') && Date.parse(entry.at) >= since);

test(`LiveKit is killed ${KILLS} times: the public URL stays, other services continue, and each budget is exhausted once`, { timeout: 600_000 }, async (t) => {
  await fresh('livekit'); // a restart by a user renews the whole budget
  const { publicUrl } = await stack.status(isReady);
  const others = await began();
  const waits = [];
  let cycle = Math.floor(Date.now() / 1000) * 1000;
  let actions = 0;
  let budgets = 0;
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const from = stack.events().count;
    await stack.kill('livekit');
    const died = await stack.events().next('LiveKit dies', of('livekit', 'die'), { from });
    if (actions < BUDGET) {
      const healed = await stack.status((status) => isReady(status) && livekit(status).healing?.actions === actions + 1, { seconds: 120 });
      const started = await stack.events().next('LiveKit is started', of('livekit', 'start'), { from });
      waits.push(`${((started.at - died.at) / 1000).toFixed(1)}`);
      assert.equal(healed.publicUrl, publicUrl);
      await joined(publicUrl);
      actions += 1;
      continue;
    }
    const over = await stack.status((status) => livekit(status).reason?.code === 'restarts_exhausted', { seconds: 30 });
    assert.deepEqual([livekit(over).healing.actions, livekit(over).healing.exhausted, over.phase], [BUDGET, true, 'degraded']);
    assert.equal(exhausted(over, cycle).length, 1, JSON.stringify(over.activity.slice(0, 5)));
    await staysStopped();
    assert.equal(exhausted(await stack.statusNow(), cycle).length, 1, 'it is reported once');
    cycle = Date.now();
    budgets += 1;
    await stack.start('livekit');
    const back = await stack.status((status) => isReady(status) && !livekit(status).healing);
    assert.equal(back.publicUrl, publicUrl);
    waits.push('exhausted');
    actions = 0;
  }
  t.diagnostic(`from death to start, s: ${waits.join(', ')}`);
  t.diagnostic(`exhausted ${budgets} times, once for each ${BUDGET} starts`);
  assert.equal((await stack.config()).publicUrl, publicUrl, 'the public URL is the same');
  assert.deepEqual(await began(), others, 'another service was restarted');
});

test('LiveKit that a user stops stays stopped', { timeout: 120_000 }, async () => {
  const from = stack.events().count;
  await stack.stop('livekit');
  const stopped = await stack.status((status) => livekit(status).reason?.code === 'stopped_by_hand', { seconds: 30 });
  assert.equal(stopped.phase, 'degraded');
  await assert.rejects(stack.events().next('a start of LiveKit', of('livekit', 'start'), { from, seconds: LEFT_ALONE_MS / 1000 }), /not within/);
  await stack.start('livekit');
  const back = await stack.status(isReady);
  await joined(back.publicUrl);
});

/** Triggers healing by the death of another service; LiveKit must not start. */
async function staysStopped() {
  const from = stack.events().count;
  await stack.restartContainer('silence');
  await stack.events().next('the source is healthy', of('silence', 'health_status: healthy'), { from });
  assert.deepEqual(stack.events().all(from).filter(of('livekit', 'start')), [], 'LiveKit was started again after its budget was exhausted');
}
