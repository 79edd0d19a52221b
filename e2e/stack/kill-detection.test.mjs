// A follower of /status learns of every kill; the delay after the engine's `die` is printed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { row, stack } from '../support/stack.mjs';

before(() => stack.isReady(), { timeout: 180_000 });
after(() => stack.close());

const KILLS = 10;
const SERVICE = 'icecast';

test(`/status reports ${KILLS} kills of ${SERVICE}`, { timeout: 300_000 }, async (t) => {
  const delays = [];
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const following = { from: stack.events().count };
    const reported = new Promise((resolve, reject) => {
      const onEach = () => following.resolve?.();
      following.first = new Promise((done) => (following.resolve = done));
      stack.status((status) => row(status, SERVICE).state === 'broken', { onEach }).then((status) => resolve({ status, at: Date.now() }), reject);
    });
    await following.first; // from here on the poll is open
    await stack.kill(SERVICE);
    const died = await stack.events().next(`${SERVICE} dies`, ({ service, action }) => service === SERVICE && action === 'die', following);
    const { status, at } = await reported;
    assert.equal(row(status, SERVICE).reason.code, 'killed');
    delays.push(at - died.at);
    // Started by the test, so that the sidecar's backoff does not count here.
    await stack.startContainer(SERVICE);
    await stack.status(({ phase }) => phase === 'ready');
  }
  const sorted = delays.sort((a, b) => a - b);
  t.diagnostic(`die -> reported to a follower of /status: median ${median(sorted).toFixed(1)} ms, max ${sorted.at(-1).toFixed(1)} ms (${sorted.map((ms) => ms.toFixed(1)).join(', ')})`);
});

const median = (sorted) => (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
