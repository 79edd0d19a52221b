// docs/faults.md from the results of faults.test.mjs: `node e2e/faults/report.mjs results.jsonl >
// docs/faults.md`.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { HEAL_GOAL_S, REPORT_GOAL_MS } from './measure.mjs';

const TITLES = { link: 'The public URL', tunnel: 'The tunnel', services: 'The services', engine: 'The engine' };

// The latest run of a fault counts.
const rows = [...new Map(readFileSync(process.argv[2], 'utf8').trim().split('\n').map((line) => JSON.parse(line)).map((row) => [row.name, row])).values()];
const measured = rows.filter(({ failed }) => !failed);

const lateReport = ({ reportedMs, goalMs }) => reportedMs > goalMs;
const beyond = ({ healedS, ownS }) => healedS - ownS;
const lateHealed = (row) => beyond(row) > HEAL_GOAL_S;
const marked = (text, late) => (late ? `**${text}** ✗` : text);
const text = (message) => (message ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll(/[a-z]+(-[a-z]+)+\.trycloudflare\.com/g, 'x.trycloudflare.com').replaceAll('*', '\\*');

function line(row) {
  if (row.failed) return `| ${row.name} | | not as expected: ${text(row.failed)} | | ✗ | | ✗ | | |`;
  const as = row.code ? `\`${row.code}\` (${row.where}): ${text(row.message)}` : 'not reported';
  return `| ${[
    row.name, row.sign, as, row.phase ?? '', row.reportedMs === undefined ? '' : marked(row.reportedMs, lateReport(row)), row.by, marked(row.healedS.toFixed(1), lateHealed(row)),
    row.ownS ? row.ownS.toFixed(1) : '', lateReport(row) || lateHealed(row) ? row.why ?? '' : '',
  ].join(' | ')} |`;
}

const HEAD = `| fault | first sign | reported as | phase | reported after, ms | healed by | healed after, s | own start, s | why not sooner |
|---|---|---|---|---|---|---|---|---|`;

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function summary() {
  const named = measured.filter(({ reportedMs }) => reportedMs !== undefined);
  const engine = named.filter(({ goalMs }) => goalMs === REPORT_GOAL_MS.engine);
  const other = named.filter(({ goalMs }) => goalMs !== REPORT_GOAL_MS.engine);
  const within = (some, late) => `${some.filter((row) => !late(row)).length} of ${some.length}`;
  return `- ${rows.length} faults, ${named.length} of them reported by code${rows.length === measured.length ? '' : `, ${rows.length - measured.length} not as expected`}.
- Reported after an event of the engine: median ${median(engine.map(({ reportedMs }) => reportedMs))} ms, ${within(engine, lateReport)} within the goal. Otherwise: median ${median(other.map(({ reportedMs }) => reportedMs))} ms, ${within(other, lateReport)}.
- Healed within a second beyond the service's own start: ${within(measured, lateHealed)}.`;
}

const date = rows.map(({ at }) => at).sort().at(-1).slice(0, 10);
console.log(`# Faults, end to end

Written by \`scripts/faults\` on ${date}, ${cpus().length} cores (${cpus()[0].model.trim()}), on the real stack with its stand-ins: do not edit.
What other tools show for five of them: [faults-compared.md](faults-compared.md).

- *First sign*: \`engine\` is Docker's own event of the fault; otherwise the action that caused it. Where no event reports a fault (\`switch\`, \`network cut\`, \`SIGSTOP\`), a
  verification was requested at once.
- *Reported*: \`/status\` reports the right code at the right layer or service to a client that follows it. The goal is 100 ms after an event that is the fault itself, 1 s
  otherwise.
- *Healed*: the phase is \`ready\` again and a participant joins the same room through the public URL. Counted from the first sign, or, where the fault had to be ended, from its end
  or from the start of the container that follows it (a quick tunnel is requested again 0.3 s, then 5 s, 10 s … after it ended: that backoff is not counted). No verification is requested then. The goal is ${HEAL_GOAL_S} s beyond *own start*: what a plain
  \`docker restart\` of that service takes from its end (from its start, where the count begins there) to \`healthy\`; a tunnel until its record is published.
- ✗ marks a missed goal. A laptop's sleep is tested in \`sidecar/tests/http/suspension.rs\`; a skewed clock only in unit tests, because a container has the machine's clock.

${summary()}
`);
for (const [table, title] of Object.entries(TITLES)) {
  const some = rows.filter((row) => row.table === table);
  if (some.length) console.log(`## ${title}\n\n${HEAD}\n${some.map(line).join('\n')}\n`);
}
