// docs/faults.md out of what faults.test.mjs has noted: `node e2e/faults/report.mjs results.jsonl > docs/faults.md`.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { HEALED_S, TOLD_MS } from './measure.mjs';

const TITLES = { link: 'The link', tunnel: 'The tunnel', services: 'The services', engine: 'The engine' };

// A fault that was driven more than once counts by its latest run.
const rows = [...new Map(readFileSync(process.argv[2], 'utf8').trim().split('\n').map((line) => JSON.parse(line)).map((row) => [row.name, row])).values()];
const told = rows.filter(({ failed }) => !failed);

const lateTold = ({ toldMs, goalMs }) => toldMs > goalMs;
const beyond = ({ healedS, ownS }) => healedS - ownS;
const lateHealed = (row) => beyond(row) > HEALED_S;
const marked = (text, late) => (late ? `**${text}** ✗` : text);
const text = (words) => (words ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll(/[a-z]+(-[a-z]+)+\.trycloudflare\.com/g, 'x.trycloudflare.com').replaceAll('*', '\\*');

function line(row) {
  if (row.failed) return `| ${row.name} | | not as expected: ${text(row.failed)} | | ✗ | | ✗ | | |`;
  const as = row.code ? `\`${row.code}\` (${row.where}): ${text(row.message)}` : 'by nobody';
  return `| ${[
    row.name, row.sign, as, row.phase ?? '', row.toldMs === undefined ? '' : marked(row.toldMs, lateTold(row)), row.by, marked(row.healedS.toFixed(1), lateHealed(row)),
    row.ownS ? row.ownS.toFixed(1) : '', lateTold(row) || lateHealed(row) ? row.why ?? '' : '',
  ].join(' | ')} |`;
}

const HEAD = `| fault | first sign | told as | phase | told after, ms | healed by | healed after, s | own start, s | why not sooner |
|---|---|---|---|---|---|---|---|---|`;

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function summary() {
  const named = told.filter(({ toldMs }) => toldMs !== undefined);
  const engine = named.filter(({ goalMs }) => goalMs === TOLD_MS.engine);
  const other = named.filter(({ goalMs }) => goalMs !== TOLD_MS.engine);
  const within = (some, late) => `${some.filter((row) => !late(row)).length} of ${some.length}`;
  return `- ${rows.length} faults, ${named.length} of them told by name${rows.length === told.length ? '' : `, ${rows.length - told.length} not as expected`}.
- Told after an event of the engine: median ${median(engine.map(({ toldMs }) => toldMs))} ms, ${within(engine, lateTold)} within the goal. Otherwise: median ${median(other.map(({ toldMs }) => toldMs))} ms, ${within(other, lateTold)}.
- Healed within a second beyond the service's own start: ${within(told, lateHealed)}.`;
}

const date = rows.map(({ at }) => at).sort().at(-1).slice(0, 10);
console.log(`# Faults, end to end

Written by \`scripts/faults\` on ${date}, ${cpus().length} cores (${cpus()[0].model.trim()}), on the real stack with its stand-ins: do not edit.
What other tools show for five of them: [faults-compared.md](faults-compared.md).

- *First sign*: \`engine\` is Docker's own event of it; otherwise what was done. Where nothing tells of a break (\`switch\`, \`network cut\`, \`SIGSTOP\`), a proof was asked for at once.
- *Told*: \`/status\` gives the right code at the right layer or service to somebody who follows it. The goal is 100 ms after an event that is the fault itself, 1 s otherwise.
- *Healed*: the phase is \`ready\` again and somebody joins the same room through the link. Counted from the first sign, or, where the fault had to be ended, from its end
  or from the start of the container that follows it (a quick tunnel is asked for again 0.3 s, then 5 s, 10 s … after it ended: that pace is not counted). No proof is asked for then. The goal is ${HEALED_S} s beyond *own start*: what a plain
  \`docker restart\` of that service takes from its end (from its start, where the count begins there) to \`healthy\`; a tunnel until its record is published.
- ✗ marks what misses its goal. A laptop's sleep is driven in \`sidecar/tests/http/sleep.rs\`; a skewed clock only in unit tests, since a container has the machine's clock.

${summary()}
`);
for (const [table, title] of Object.entries(TITLES)) {
  const some = rows.filter((row) => row.table === table);
  if (some.length) console.log(`## ${title}\n\n${HEAD}\n${some.map(line).join('\n')}\n`);
}
