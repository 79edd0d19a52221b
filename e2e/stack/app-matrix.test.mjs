// Apps that users run behind a tunnel, in the app's place: e2e/apps has the matrix, this suite runs
// a slice of it.
//
//   E2E_APPS=all node e2e/run.mjs stack/app-matrix.test.mjs           every row
//   E2E_APPS='^django' node e2e/run.mjs stack/app-matrix.test.mjs     the rows whose name matches
import { after, before, test } from 'node:test';
import { images } from '../apps/images.mjs';
import { runRow } from '../apps/matrix.mjs';
import { rows } from '../apps/rows.mjs';
import { phoneBrowser } from '../support/browser.mjs';
import { stack } from '../support/stack.mjs';

const chosen = process.env.E2E_APPS;
const isChosen = ({ name, slice }) => (chosen ? chosen === 'all' || new RegExp(chosen).test(name) : slice);

let phone;

before(async () => {
  await images();
  await stack.isReady();
  phone = await phoneBrowser();
}, { timeout: 900_000 });
after(async () => {
  await phone?.close();
  await stack.restoreDefault();
  await stack.close();
}, { timeout: 240_000 });

for (const row of rows.filter(isChosen)) {
  test(`${row.name}: ${row.what}`, { timeout: 240_000 }, (t) => runRow(row, phone, t));
}
