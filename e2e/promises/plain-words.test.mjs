// Comments, documents, messages and names use the plain words of the style guide.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { places, search, wordsIn } from './words.mjs';


test('no file uses a phrase that the style guide replaces', async () => {
  const files = await search();
  assert.ok(files.length > 500, `${files.length} files`);
  const found = places(files);
  assert.equal(found.length, 0, `${found.length} places:\n${found.slice(0, 50).join('\n')}`);
});

const REPLACED = {
  'whoever listens': 'whoever', 'Nobody asked': 'Nobody', 'the log is told of it': 'told', 'this tells why': 'tells', 'in words': 'in words', 'the log says that': 'says that',
  'restarts by itself': 'by itself', 'a port of its own': 'of its own', 'ever slower': 'ever slower', 'it counts no more': 'counts no more', 'is no token': 'is no ',
  'it has been seen to fail': 'been seen', 'two wishes': 'wishes', 'an open door': 'door', 'not yet proven': 'proven', 'an unproven link': 'unproven',
  isProven: 'Proven', WHEN_PROVEN: 'PROVEN', 'fn prove_again()': 'prove', openDoors: 'Doors', 'mod prover;': 'prover',
  'ainda não comprovado': 'comprovado', 'Comprovação': 'Comprovação', 'abre sozinha': 'sozinha', 'com defeito': 'com defeito', 'na fila': 'na fila',
  'não é a stack': 'a stack', 'não se vê de fora': 'de fora',
  'POST /proof': 'POST /proof', 'sidelink.heal: "false"': 'sidelink.heal', 'SIDELINK_IDLE=30m': 'SIDELINK_IDLE',
};

for (const [text, phrase] of Object.entries(REPLACED)) {
  test(`the search finds "${phrase}" in "${text}"`, () => {
    const found = wordsIn('docs/any.md', `first\n${text}\nlast`).map(({ line, phrase }) => ({ line, phrase }));
    assert.ok(found.some((each) => each.line === 2 && each.phrase === phrase), JSON.stringify(found));
  });
}

test('the search finds a phrase over the end of a line, once', () => {
  assert.deepEqual(wordsIn('src/any.rs', '// It restarts by\n// itself, told.').map(({ line, phrase }) => ({ line, phrase })), [{ line: 1, phrase: 'by itself' }, { line: 2, phrase: 'told' }]);
});

test('the search reads paths, and of a changelog the newest section', () => {
  assert.deepEqual(wordsIn('src/the-doors.rs', 'fine').map(({ line }) => line), [0]);
  assert.deepEqual(wordsIn('CHANGELOG.md', '# Changes\n\n## 2\n\ntold\n\n## 1\n\ntold\n').map(({ line }) => line), [5]);
});

test('the search accepts plain words and the allowed uses', () => {
  for (const text of [
    'The sidecar restarts the container.', 'It is no longer running.', 'There is no public URL yet.', 'future-proof', 'improvement, approve, outdoor',
    '<admin>nobody@localhost</admin>', 'a stack of eight services', 'POST /links', 'SIDELINK_DOH_RESOLVERS', 'sidelink.autoheal', 'improved_by',
    'O sistema verifica o endereço pela internet.',
  ]) assert.deepEqual(wordsIn('docs/any.md', text), [], text);
});
