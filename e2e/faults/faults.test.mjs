// Every fault of the tables, one after the other; scripts/faults runs this suite and writes
// docs/faults.md.
//
//   E2E_FAULTS=link node e2e/run.mjs faults      one table: link tunnel services engine
//   E2E_FAULT='^LiveKit' …                       the faults whose name matches
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { internet } from '../support/internet.mjs';
import { stack } from '../support/stack.mjs';
import { tunnel } from './creation.mjs';
import { link } from './link.mjs';
import { measure } from './measure.mjs';
import { engine, services } from './services.mjs';

const TABLES = { link, tunnel, services, engine };
const chosen = (process.env.E2E_FAULTS || Object.keys(TABLES).join(' ')).split(' ');
const name = new RegExp(process.env.E2E_FAULT || '');
const RESULTS = process.env.E2E_FAULTS_RESULTS;

const record = async (row) => RESULTS && appendFile(RESULTS, `${JSON.stringify({ ...row, at: new Date().toISOString() })}\n`);

before(async () => {
  await internet.reset();
  await stack.isReady();
}, { timeout: 180_000 });
after(() => stack.close());

for (const table of chosen) {
  assert.ok(TABLES[table], `${table} is not a table`);
  for (const fault of TABLES[table].filter((each) => name.test(each.name))) {
    test(`${table}: ${fault.name}`, { timeout: 300_000 }, async (t) => {
      try {
        const row = await measure(fault);
        t.diagnostic(`${row.code} after ${row.reportedMs} ms (${row.phase}); healed after ${row.healedS.toFixed(2)} s, ${row.ownS.toFixed(2)} s of it a start`);
        await record({ table, ...row });
      } catch (error) {
        await record({ table, name: fault.name, failed: error.message.split('\n')[0] });
        throw error;
      }
    });
  }
}
