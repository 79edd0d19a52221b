// Browsers for the app's pages: a phone and a desk, in both languages.
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bareBrowser } from '../support/browser.mjs';

export const PHONE = {
  viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1,
  userAgent: 'Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36',
};
export const DESK = { viewport: { width: 1280, height: 800 } };
/**
 * Both languages, sizes and colour schemes for each page; every combination of size and language
 * with E2E_LOOKS=all.
 */
const ALL = [
  { name: 'phone-pt-light', locale: 'pt-BR', colorScheme: 'light', ...PHONE },
  { name: 'phone-en-dark', locale: 'en-US', colorScheme: 'dark', ...PHONE },
  { name: 'desk-en-light', locale: 'en-US', colorScheme: 'light', ...DESK },
  { name: 'desk-pt-dark', locale: 'pt-BR', colorScheme: 'dark', ...DESK },
];
export const LOOKS = process.env.E2E_LOOKS === 'all' ? ALL : [ALL[0], { ...ALL[2], name: 'desk-en-dark', colorScheme: 'dark' }];

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SHOTS = process.env.E2E_SHOTS;
/** Errors that a test causes on purpose; other tests create networks at the same time. */
const EXPECTED = /status of (40[0-9]|429|50[0-9])|ERR_NETWORK_CHANGED/;

export class Screens {
  #browser;
  #remove;
  #axe;

  static async open() {
    const screens = new Screens();
    ({ browser: screens.#browser, remove: screens.#remove } = await bareBrowser());
    screens.#axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    return screens;
  }

  /** A separate visitor; `page.faults` has the page's errors. */
  async visitor({ name, ...look } = {}, { session, permissions = ['camera', 'microphone', 'clipboard-read', 'clipboard-write'] } = {}) {
    const context = await this.#browser.newContext({ locale: 'en-US', reducedMotion: 'reduce', timezoneId: 'America/Sao_Paulo', permissions, ...DESK, ...look });
    if (session) await context.addCookies([session]);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.faults = [];
    page.on('pageerror', (error) => page.faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && !EXPECTED.test(message.text()) && page.faults.push(message.text()));
    return page;
  }

  /**
   * axe-core's findings, a line each; elements that are wider than the screen; elements that are
   * too small to touch.
   */
  async complaints(page) {
    await page.evaluate(this.#axe);
    const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), RULES);
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
    return [...found, ...(await page.evaluate(measured))];
  }

  async close() {
    await this.#browser.close();
    await this.#remove();
  }
}

export async function shot(page, name) {
  if (!SHOTS) return;
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

// Everything below runs in the page.

function measured() {
  const wide = document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} px wide`] : [];
  if (!matchMedia('(pointer: coarse)').matches) return wide;
  const targets = [...document.querySelectorAll('button, input, select, a.button, .nav-link')].filter((node) => node.checkVisibility());
  const small = targets.filter((node) => {
    const { width, height } = node.getBoundingClientRect();
    return width < 44 || height < 44;
  });
  return [...wide, ...small.map((node) => `too small to touch: ${node.outerHTML.slice(0, 120)}`)];
}
