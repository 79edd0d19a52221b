// What a visitor's browser does with an app, and the result.
import { compose } from '../support/stack.mjs';

/** A click on the page's own counter must be counted within this time, once the page has loaded. */
const INTERACTIVE_MS = 15_000;
/** Hot reload: from the edit of a file to the page that shows it. */
const RELOAD_MS = 20_000;

/** Opens the app by its public URL. Returns what the browser got. */
export async function visit(phone, publicUrl, { path = '/', interactive, does } = {}) {
  const visitor = await phone.visitor('visitor');
  const { page } = visitor;
  try {
    const got = await opens(page, new URL(path, publicUrl).href);
    if (interactive !== undefined) got.interactive = await isInteractive(page);
    if (does && !got.error) Object.assign(got, await does(page, publicUrl));
    return got;
  } finally {
    await page.context().close();
  }
}

async function opens(page, address) {
  try {
    // An endless page never finishes; its content exists as soon as it is parsed.
    const response = await page.goto(address, { waitUntil: 'commit' });
    return { status: response.status(), ...(await shown(page)) };
  } catch (error) {
    return { error: /net::(ERR_\w+)/.exec(error.message)?.[1] ?? error.message.split('\n')[0] };
  }
}

async function shown(page) {
  const { pathname, search } = new URL(page.url());
  return { text: await page.locator('body').innerText(), at: pathname + search };
}

async function isInteractive(page) {
  const counter = page.locator('#count');
  await counter.waitFor();
  const counted = page.locator('#count', { hasText: 'clicks: 1' }).waitFor({ timeout: INTERACTIVE_MS });
  await counter.click();
  return counted.then(() => true, () => false);
}

/** Sends the page's only form. */
export async function posts(page) {
  const [response] = await Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), page.locator('form button, form input[type=submit]').click()]);
  return { status: response.status(), ...(await shown(page)) };
}

/** Requests the page that keeps the only worker busy, and waits for its end. */
export async function asksDuringWork(page, publicUrl) {
  const response = await page.goto(new URL('/work', publicUrl).href, { timeout: 90_000 });
  return { status: response.status(), ...(await shown(page)) };
}

const edits = (file) => async (page) => {
  await page.locator('h1', { hasText: 'works' }).waitFor();
  await page.evaluate(() => void (window.loadedOnce = true));
  await compose(['exec', '-T', 'app', 'sed', '-i', 's/ works</ was edited</', file]);
  await page.locator('h1', { hasText: 'was edited' }).waitFor({ timeout: RELOAD_MS });
  return { ...(await shown(page)), hot: await page.evaluate(() => window.loadedOnce === true) };
};
export const editsNext = edits('/apps/next/app/page.jsx');
export const editsVite = edits('/apps/vite/page.jsx');
export const editsWebpack = edits('/apps/webpack/main.js');
