// docs/images/dashboard.png: the page on a desk and on a phone.
import { join } from 'node:path';
import { repository } from '../support/process.mjs';
import { scenes } from './scenes.mjs';
import { Screens } from './screen.mjs';
import { Sidecar } from './sidecar.mjs';

const PARTS = [
  ['ready', { viewport: { width: 1100, height: 760 }, locale: 'en-US', colorScheme: 'light' }],
  ['degraded', { viewport: { width: 360, height: 760 }, locale: 'pt-BR', colorScheme: 'dark' }],
];
const PAGE = `<style>
  body { margin: 0; width: 1200px; height: 600px; background: #dde4e2; display: flex; align-items: center; justify-content: center; gap: 32px }
  img { display: block }
  .desk { width: 800px; border-radius: 14px; box-shadow: 0 18px 50px rgb(20 32 29 / 22%) }
  .phone { width: 254px; border: 6px solid #05080a; border-radius: 30px; box-shadow: 0 18px 50px rgb(20 32 29 / 35%) }
</style>`;

const screens = await Screens.open();
try {
  const sidecar = await Sidecar.listening();
  const pictures = [];
  let page;
  for (const [scene, options] of PARTS) {
    sidecar.shows(scenes[scene]());
    page = await screens.shows(sidecar, { ...options, deviceScaleFactor: 2 });
    await page.waitForLoadState('networkidle');
    pictures.push((await page.screenshot()).toString('base64'));
  }
  const [desk, phone] = pictures.map((picture) => `data:image/png;base64,${picture}`);
  await page.goto('about:blank');
  await page.setViewportSize({ width: 1200, height: 600 });
  await page.setContent(`${PAGE}<img class="desk" src="${desk}"><img class="phone" src="${phone}">`);
  await page.screenshot({ path: join(repository, 'docs/images/dashboard.png'), scale: 'css' });
  await sidecar.stops();
} finally {
  await screens.close();
}
