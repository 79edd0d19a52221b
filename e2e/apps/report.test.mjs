// docs/apps.md matches the matrix, and the matrix is consistent.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { REPORT, report } from './report.mjs';
import { rows } from './rows.mjs';

test('docs/apps.md is up to date with the rows', async () => {
  assert.equal(await readFile(REPORT, 'utf8'), report(), 'run: node e2e/apps/report.mjs');
});

test('each row has a unique name and a verdict', () => {
  assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length);
  for (const { name, verdict, reports = [] } of rows) {
    assert.match(verdict, /^(ready|limited|broken)$/, name);
    assert.equal(reports.length > 0, verdict !== 'ready', `${name}: a report belongs to a row that does not work`);
  }
});

test('every run of the tests tries each verdict', () => {
  const verdicts = new Set(rows.filter(({ slice }) => slice).map(({ verdict }) => verdict));
  assert.deepEqual([...verdicts].sort(), ['broken', 'limited', 'ready']);
});
