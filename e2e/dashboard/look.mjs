// Screenshots of the scenes, for review.
//   node e2e/dashboard/look.mjs <folder> [scene …]
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { calls, wave } from './calls.mjs';
import { at, scenes } from './scenes.mjs';
import { DESK, PHONE, Screens } from './screen.mjs';
import { Sidecar } from './sidecar.mjs';

const [, , folder, ...wanted] = process.argv;
const names = wanted.length > 0 ? wanted : [...Object.keys(scenes), 'signedOut', 'lost', 'connections'];
const LOOKS = [['en-US', 'light'], ['pt-BR', 'dark'], ['pt-BR', 'light'], ['en-US', 'dark']].slice(0, Number(process.env.LOOKS ?? 2));

async function picture(screens, name, [size, viewport], [locale, colorScheme]) {
  const sidecar = await Sidecar.listening();
  sidecar.signedIn = name !== 'signedOut';
  sidecar.shows((scenes[name] ?? scenes.ready)());
  const page = await screens.shows(sidecar, { viewport, locale, colorScheme, clock: name === 'connections' });
  if (name === 'connections') await measures(page, sidecar);
  if (name === 'lost') {
    await sidecar.stops();
    await page.locator('[data-standing="lost"]').waitFor();
  } else {
    await page.waitForLoadState('networkidle');
  }
  await page.screenshot({ path: join(folder, `${name}-${size}-${locale.slice(0, 2)}-${colorScheme}.png`), fullPage: true });
  for (const fault of page.faults) console.log(name, fault);
  await page.context().close();
  if (name !== 'lost') await sidecar.stops();
}

/** Opens the connections, and lets two minutes pass on the page's clock. */
async function measures(page, sidecar) {
  await page.clock.pauseAt(Date.now() + 1_000);
  await page.locator('#connections-toggle').click();
  for (let step = 0; step < 60; step += 1) {
    const body = calls.mixed();
    sidecar.ahead = 2_000 * step + 3_000;
    for (const one of body.clients.filter(({ rtt_ms: roundTrip }) => roundTrip !== null)) {
      Object.assign(one, wave(step + one.name.length * 5), { reported_at: at(sidecar.ahead / 1000) });
    }
    sidecar.connections.body = body;
    const answer = page.waitForResponse('**/connection-stats');
    await page.clock.fastForward(2_000);
    await answer;
    await page.waitForTimeout(20);
  }
}

await mkdir(folder, { recursive: true });
const screens = await Screens.open();
try {
  for (const name of names) {
    for (const size of Object.entries({ phone: PHONE, desk: DESK })) {
      for (const look of LOOKS) await picture(screens, name, size, look);
    }
  }
} finally {
  await screens.close();
}
