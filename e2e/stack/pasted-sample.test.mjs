// The compose.override.yaml of docs/your-app.md, pasted unchanged: an image of that name in the
// app's place.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sample } from '../promises/every.mjs';
import { phoneBrowser } from '../support/browser.mjs';
import { run } from '../support/process.mjs';
import { compose, stack } from '../support/stack.mjs';

const IMAGE = 'my-app:latest'; // as the sample names it
const APP = `FROM node:24-trixie-slim
EXPOSE 3000
CMD ["node", "-e", "require('http').createServer((_, answer) => answer.end('pasted')).listen(3000, '0.0.0.0')"]
`;

let phone;

before(async () => {
  await run('docker', ['build', '--quiet', '--tag', IMAGE, '-'], { input: APP });
  await stack.isReady();
  phone = await phoneBrowser();
}, { timeout: 240_000 });
after(async () => {
  await phone?.close();
  await stack.restoreDefault();
  await run('docker', ['image', 'rm', '--force', IMAGE], { fine: true });
  await stack.close();
}, { timeout: 240_000 });

test('an app in its place is reached by the public URL', { timeout: 120_000 }, async () => {
  await compose(['rm', '--stop', '--force', 'app']);
  await stack.status(({ services }) => !services.some(({ name }) => name === 'app'));
  const yaml = await sample();
  assert.ok(yaml.includes(IMAGE), `the sample of docs/your-app.md no longer names ${IMAGE}`);
  await stack.with(yaml);
  await stack.up('app');
  const { publicUrl } = await stack.config(({ phase, publicUrl: url }) => phase === 'ready' && url);
  const visitor = await phone.visitor('visitor');
  await visitor.opens(publicUrl);
  assert.equal(await visitor.page.locator('body').innerText(), 'pasted');
});
