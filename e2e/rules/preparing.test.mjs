// The waiting page's script opens the page, also where a browser denies storage.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { within } from '../support/process.mjs';

const closed = () => { throw new Error('SecurityError'); };
const STORAGES = {
  open: () => ({ getItem: () => null, setItem() {} }),
  full: () => ({ getItem: () => null, setItem: closed }),
  closed,
};

for (const language of ['en', 'pt-BR']) {
  for (const [what, storage] of Object.entries(STORAGES)) {
    test(`${language}: it opens with storage that is ${what}`, async () => {
      const html = await readFile(new URL(`../../gateway/preparing.${language}.html`, import.meta.url), 'utf8');
      const [, script] = /<script>([\s\S]*?)<\/script>/.exec(html);
      let [asked, over] = [0, false];
      await within(5, 'the reload', new Promise((reload) => {
        const page = {
          document: { hidden: false },
          location: { reload },
          setTimeout: (done) => over || setTimeout(done),
          // The second time the app answers.
          fetch: async () => ({ headers: new Headers((asked += 1) === 1 ? { 'X-Sidelink-Preparing': '1' } : {}) }),
        };
        Object.defineProperty(page, 'sessionStorage', { get: storage });
        runInNewContext(script, page);
      })).finally(() => (over = true));
      assert.equal(asked, 2);
    });
  }
}
