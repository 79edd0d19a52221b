// docs/apps.md says what the matrix says, and the matrix is a matrix.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { REPORT, report } from './report.mjs';
import { rows } from './rows.mjs';

test('docs/apps.md is what the rows say', async () => {
  assert.equal(await readFile(REPORT, 'utf8'), report(), 'run: node e2e/apps/report.mjs');
});

test('each row has a name of its own and a verdict', () => {
  assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length);
  for (const { name, verdict, tells = [] } of rows) {
    assert.match(verdict, /^(ready|limited|broken)$/, name);
    assert.equal(tells.length > 0, verdict !== 'ready', `${name}: what is told belongs to what does not work`);
  }
});

test('every run of the tests tries each verdict', () => {
  const verdicts = new Set(rows.filter(({ slice }) => slice).map(({ verdict }) => verdict));
  assert.deepEqual([...verdicts].sort(), ['broken', 'limited', 'ready']);
});
