// The dashboard in a browser on this machine.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { bareBrowser } from '../support/browser.mjs';

export const PHONE = { width: 360, height: 800 };
export const DESK = { width: 1280, height: 900 };
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export class Screens {
  #browser;
  #remove;

  static async open() {
    const screens = new Screens();
    ({ browser: screens.#browser, remove: screens.#remove } = await bareBrowser());
    return screens;
  }

  /**
   * A page that shows the sidecar's document. `page.faults` has its errors; with `clock` a test
   * advances its timers.
   */
  async shows(sidecar, { clock = false, ...options } = {}) {
    const context = await this.#browser.newContext({
      viewport: DESK, locale: 'en-US', reducedMotion: 'reduce', timezoneId: 'America/Sao_Paulo',
      permissions: ['clipboard-read', 'clipboard-write'], ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    if (clock) await page.clock.install();
    page.faults = [];
    page.on('pageerror', (error) => page.faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && !isDropped(message.text()) && page.faults.push(message.text()));
    await opens(page, sidecar.url);
    return page;
  }

  async close() {
    await this.#browser.close();
    await this.#remove();
  }
}

/** While other tests create networks, Chromium may drop the document itself; the page loads its files again. */
export async function opens(page, url) {
  const loaded = () => page.goto(url, { waitUntil: 'load' }).then(() => true, (error) => {
    if (!isDropped(String(error))) throw error;
    return false;
  });
  while (!await loaded());
  await page.locator(':is([data-standing="status"], [data-standing="signedOut"])').waitFor();
}

const isDropped = (text) => text.includes('NETWORK_CHANGED');

/** axe-core's findings, a line each. */
export async function complaints(page) {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), RULES);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
}

/** The widths of a phone at which the page has to be scrolled sideways. */
export async function overflows(page) {
  const found = [];
  for (const width of [PHONE.width, 320]) {
    await page.setViewportSize({ ...PHONE, width });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > width) found.push(`${wide} px of ${width}`);
  }
  return found;
}
