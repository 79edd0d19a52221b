// The codes that a failed request for a link may have, from the tables themselves.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from './process.mjs';

/**
 * Errors of the route itself: the wait is over, or nothing more is tried. Every other code is the
 * diagnosis of a layer.
 */
const ROUTE_ERRORS = ['preparing', 'failed'];

/**
 * Every code of docs/diagnoses.md, which a test holds against the table, and the route's own
 * errors.
 */
export async function errorsOfLinks() {
  const table = await readFile(join(repository, 'docs/diagnoses.md'), 'utf8');
  const codes = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
  if (codes.length < 50) throw new Error(`docs/diagnoses.md has ${codes.length} codes only: has its format changed?`);
  return [...ROUTE_ERRORS, ...codes];
}
