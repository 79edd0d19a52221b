// Sentences of the app's interface, from its sources: what a page shows has to be one of them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from './process.mjs';

/** The plain sentences of these names in app/lib/words/<file>.ts, in every language. */
export async function sentences(file, ...names) {
  const path = `app/lib/words/${file}.ts`;
  const source = await readFile(join(repository, path), 'utf8');
  const found = [...source.matchAll(/^\s*(\w+): "([^"]+)",$/gm)].filter(([, name]) => names.includes(name)).map(([, , sentence]) => sentence);
  if (found.length !== 2 * names.length) throw new Error(`${path} has ${found.length} sentences for ${names.join(', ')}`);
  return found;
}
