// docs/apps.md, generated from the rows: `node e2e/apps/report.mjs` writes it, report.test.mjs
// checks it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repository } from '../support/process.mjs';
import { THEMES } from './rows.mjs';

export const REPORT = join(repository, 'docs/apps.md');

const HEAD = `# Apps behind the public URL

Generated from \`e2e/apps/rows/\` by \`node e2e/apps/report.mjs\`: do not edit. \`scripts/slow apps\` runs each app in the app's place of the
real stack, waits for Sidelink's verdict, and opens the public URL with a phone's Chromium in a stand-in internet;
\`scripts/test\` does so with those marked •. The frameworks are Debian 13's packages and npm's; the files are in \`e2e/apps/\`.

- **ready**: the page works for every visitor.
- **limited**: the public URL is handed out, and the diagnosis names the visitors for whom the page does not work.
- **broken**: the public URL is not handed out; the diagnosis names what the fourth column lists.

What each setting is for: [your app](your-app.md#settings-behind-a-proxy).
`;

/** The whole document. */
export function report() {
  const tables = Object.entries(THEMES).map(([theme, rows]) => `## ${theme}\n\n${table(rows)}\n`);
  return [HEAD, ...tables].join('\n');
}

function table(rows) {
  const head = ['', 'app or set-up', 'verdict', 'what Sidelink names', 'what the phone gets'];
  const lines = rows.map((row) => [row.slice ? '•' : '', row.what, row.verdict, named(row), gets(row.phone)]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
}

const cell = (text) => text.replaceAll('|', '\\|');
const code = (text) => `\`${text}\``;

function named({ reports = [], warns = [], observes = [] }) {
  return [...reports, ...warns, ...observes].map(code).join(', ');
}

function gets({ status = 200, error, shows, at, path, interactive, does } = {}) {
  if (error) return error === 'ERR_' ? 'an error page of the browser' : code(error);
  if (!shows) return '';
  const page = `${status}${path ? ` at ${code(path)}` : ''}: “${shows}”`;
  const notes = [at && `ends at ${code(at)}`, interactive === false && 'no button works', interactive && 'buttons work', does?.note];
  return [page, ...notes.filter(Boolean)].join(', ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(REPORT, report());
