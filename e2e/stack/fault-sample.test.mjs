// Five faults from their first sign to the next call. scripts/faults measures all of them and
// writes docs/faults.md.
import { after, before, test } from 'node:test';
import { tunnel } from '../faults/creation.mjs';
import { link } from '../faults/link.mjs';
import { measure } from '../faults/measure.mjs';
import { services } from '../faults/services.mjs';
import { internet } from '../support/internet.mjs';
import { stack } from '../support/stack.mjs';

const CHOSEN = [
  'LiveKit is killed',
  'docker-proxy is killed',
  'LiveKit is paused',
  'a TLS filter: the certificate is for another name',
  'quick service: 429 (1015)',
];

before(() => stack.isReady(), { timeout: 180_000 });
after(async () => {
  await internet.reset();
  await stack.close();
});

const faults = [...link, ...tunnel, ...services];

for (const name of CHOSEN) {
  test(name, { timeout: 120_000 }, async (t) => {
    const { code, reportedMs, phase, healedS, ownS } = await measure(faults.find((fault) => fault.name === name));
    t.diagnostic(`${code} after ${reportedMs} ms (${phase}); healed after ${healedS.toFixed(2)} s, ${ownS.toFixed(2)} s of it a start`);
  });
}
